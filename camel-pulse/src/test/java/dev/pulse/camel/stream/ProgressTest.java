package dev.pulse.camel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.stream.EventId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final Progress progress = new Progress(id(1));

    private static EventId id(long n) {
        return new EventId(n, 0);
    }

    private void done(Progress.Step... steps) {
        progress.done(List.of(steps));
    }

    @Test
    void positionMovesOnlyPastWhatIsDoneWithoutAHole() {
        Progress.Step two = progress.begin(id(2));
        Progress.Step three = progress.begin(id(3));
        Progress.Step four = progress.begin(id(4));
        done(three);
        assertThat(progress.position()).isEqualTo(id(1));
        done(two);
        assertThat(progress.position()).isEqualTo(id(3));
        done(four);
        assertThat(progress.position()).isEqualTo(id(4));
    }

    @Test
    void batchIsDoneTogether() {
        done(progress.begin(id(2)), progress.begin(id(3)));
        assertThat(progress.position()).isEqualTo(id(3));
    }

    @Test
    void whatWasPassedOverCountsOnlyWhenNothingIsOnItsWay() {
        Progress.Step two = progress.begin(id(2));
        progress.passedOver(id(9));
        assertThat(progress.position()).isEqualTo(id(1));
        done(two);
        progress.passedOver(id(9));
        assertThat(progress.position()).isEqualTo(id(9));
    }
}
