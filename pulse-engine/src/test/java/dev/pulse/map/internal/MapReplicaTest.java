package dev.pulse.map.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.map.MapChange;
import dev.pulse.map.MapChange.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * A model: Redis as a map with a counter, and replicas that hear of its changes over subscriptions which lose, repeat and
 * reorder them and break, while Redis itself loses the map now and then. In the end all are equal.
 */
class MapReplicaTest {
    private static final int RUNS = 500;
    private static final int STEPS = 400;

    @Test
    void replicasShowOnlyWhatRedisHadAndEndEqualToItWhateverHappensToMessages() {
        run(false);
    }

    /** What was on its way when the map was lost may show up to the first change after it. */
    @Test
    void replicasEndEqualToRedisAlsoWhenItLosesTheMap() {
        run(true);
    }

    private static void run(boolean mapIsLost) {
        for (long seed = 0; seed < RUNS; seed++) {
            try {
                new Model(seed, mapIsLost).run();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void arraysThatAreEqualByContentAreNoChange() {
        MapReplica<byte[]> replica = new MapReplica<>();
        List<MapChange<byte[]>> told = new ArrayList<>();
        replica.watch(told::add, false);
        replica.restore(snapshot(1, Map.of("a", new byte[] {1}, "b", new byte[] {1})));
        told.clear();
        replica.restore(snapshot(3, Map.of("a", new byte[] {1}, "b", new byte[] {2})));
        assertThat(told).extracting(MapChange::key).containsExactly("b");
    }

    /** Throws when it is compared. */
    private static final class Incomparable {
        @Override
        public boolean equals(Object other) {
            throw new AssertionError("on purpose");
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    void whatCannotBeComparedIsToldAndSoIsAllElse() {
        MapReplica<Object> replica = new MapReplica<>();
        List<MapChange<Object>> told = new ArrayList<>();
        replica.watch(told::add, false);
        replica.restore(snapshot(1, Map.of("a", new Incomparable(), "b", "1", "c", "1")));
        told.clear();
        replica.restore(snapshot(4, Map.of("a", new Incomparable(), "b", "2", "c", "1")));
        assertThat(told).extracting(MapChange::key).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whatCannotBeShownIsAbsentUntilItCan() {
        MapReplica<String> replica = new MapReplica<>();
        List<MapChange<String>> told = new ArrayList<>();
        replica.watch(told::add, false);
        replica.restore(snapshot(0, Map.of()));
        replica.put("a", "1", 1);
        replica.put("a", null, 2);
        assertThat(replica.get("a")).isNull();
        assertThat(replica.unreadable()).isOne();
        assertThat(replica.compare(2, 1)).isEqualTo(MapReplica.Comparison.EQUAL);
        replica.put("a", "2", 3);
        assertThat(replica.unreadable()).isZero();
        assertThat(told)
                .containsExactly(
                        new MapChange<>(Kind.SET, "a", Optional.empty(), Optional.of("1"), 1),
                        new MapChange<>(Kind.DELETE, "a", Optional.of("1"), Optional.empty(), 2),
                        new MapChange<>(Kind.SET, "a", Optional.empty(), Optional.of("2"), 3));
    }

    @Test
    void eachKeyHasItsTurn() {
        MapReplica<String> replica = new MapReplica<>();
        assertThat(replica.nextKey()).isEmpty();
        replica.restore(snapshot(3, Map.of("a", "1", "b", "1", "c", "1")));
        for (int round = 0; round < 2; round++) {
            assertThat(List.of(replica.nextKey(), replica.nextKey(), replica.nextKey()))
                    .containsExactlyInAnyOrder("a", "b", "c");
        }
        replica.restore(snapshot(4, Map.of("d", "1")));
        assertThat(replica.nextKey()).isEqualTo("d");
    }

    private static <V> MapReplica.Snapshot<V> snapshot(long revision, Map<String, V> entries) {
        return new MapReplica.Snapshot<>(
                revision, Kind.SET, new ConcurrentHashMap<>(entries), ConcurrentHashMap.newKeySet());
    }

    /** One change as it is published; no key for a reset, no value for a deletion. */
    private record Message(long revision, Optional<String> key, Optional<String> value) {}

    private static final class Model {
        private final Random random;
        private final boolean mapIsLost;
        private final List<Listener> listeners = new ArrayList<>();
        /** Every state that Redis ever had, with its revision. */
        private final Set<Map.Entry<Long, Map<String, String>>> history = new HashSet<>();

        private Map<String, String> content = new HashMap<>();
        private long revision;
        private int life;

        Model(long seed, boolean mapIsLost) {
            random = new Random(seed);
            this.mapIsLost = mapIsLost;
            for (int i = 0; i < 3; i++) {
                listeners.add(new Listener());
            }
        }

        void run() {
            remember();
            for (int step = 0; step < STEPS; step++) {
                change();
                listeners.get(random.nextInt(listeners.size())).step();
            }
            listeners.forEach(Listener::heal);
        }

        private void change() {
            int what = random.nextInt(100);
            String key = "k" + random.nextInt(5);
            if (what < 60) {
                String value = Integer.toString(random.nextInt(1000));
                content.put(key, value);
                publish(Optional.of(key), Optional.of(value));
            } else if (what < 85) {
                if (content.remove(key) != null) {
                    publish(Optional.of(key), Optional.empty());
                }
            } else if (what < 88) {
                content.clear();
                publish(Optional.empty(), Optional.empty());
            } else if (what < 90 && mapIsLost) {
                // expired or flushed: nobody is told
                content = new HashMap<>();
                revision = 0;
                life++;
                remember();
            }
        }

        private void publish(Optional<String> key, Optional<String> value) {
            revision++;
            remember();
            Message message = new Message(revision, key, value);
            listeners.forEach(listener -> listener.arriving.add(message));
        }

        private void remember() {
            history.add(Map.entry(revision, Map.copyOf(content)));
        }

        /** A replica, and what is on its way to it. */
        private final class Listener {
            private final MapReplica<String> replica = new MapReplica<>();
            private final List<Message> arriving = new ArrayList<>();
            private final Map<String, String> watched = new HashMap<>();
            /** Which of the lives of the map the replica has seen last. */
            private int life;

            Listener() {
                replica.watch(this::watch, true);
                connect();
            }

            private void watch(MapChange<String> change) {
                assertThat(Optional.ofNullable(watched.get(change.key()))).isEqualTo(change.oldValue());
                change.newValue()
                        .ifPresentOrElse(value -> watched.put(change.key(), value), () -> watched.remove(change.key()));
            }

            /** Confirmed now, so that all that is published later arrives; the snapshot comes a little later. */
            private void connect() {
                arriving.clear();
                replica.subscribed();
            }

            void step() {
                int what = random.nextInt(100);
                if (what < 2) {
                    connect();
                } else if (what < 4) {
                    spoil();
                } else if (what < 7) {
                    check();
                } else if (what < 15 && !replica.isCurrent()) {
                    takeSnapshot();
                }
                // slower and faster than the others by turns, and with a snapshot that is late
                for (int i = random.nextInt(12); i > 0 && !arriving.isEmpty(); i--) {
                    take(arriving.removeFirst());
                }
            }

            private void spoil() {
                // a map that is lost and changes that are lost, both at once and without a break of the connection, is
                // more
                // than revisions can tell
                if (arriving.isEmpty() || life != Model.this.life) {
                    return;
                }
                int at = random.nextInt(arriving.size());
                Message message = arriving.get(at);
                if (random.nextBoolean()) {
                    arriving.remove(at);
                } else if (random.nextBoolean()) {
                    arriving.add(at, message);
                } else {
                    arriving.remove(at);
                    arriving.add(random.nextInt(arriving.size() + 1), message);
                }
            }

            private void take(Message message) {
                long before = replica.revision();
                if (replica.judge(message.revision()) == MapReplica.Verdict.NEXT) {
                    assertThat(message.revision()).isEqualTo(before + 1);
                    apply(message);
                }
            }

            private void apply(Message message) {
                if (message.key().isEmpty()) {
                    replica.clear(Kind.RESET, message.revision());
                } else if (message.value().isPresent()) {
                    replica.put(message.key().get(), message.value().get(), message.revision());
                } else {
                    replica.remove(message.key().get(), message.revision());
                }
                if (!mapIsLost) {
                    assertThat(history).contains(Map.entry(replica.revision(), replica.copy()));
                }
                assertThat(watched).isEqualTo(replica.copy());
            }

            private void takeSnapshot() {
                replica.restore(snapshot(revision, content));
                life = Model.this.life;
                assertThat(watched).isEqualTo(content);
            }

            private void check() {
                if (replica.isCurrent()
                        && replica.compare(revision, content.size()) == MapReplica.Comparison.DIFFERENT) {
                    replica.doubt();
                }
            }

            /** All arrives now; then comes a check. */
            void heal() {
                while (!arriving.isEmpty()) {
                    take(arriving.removeFirst());
                }
                if (!replica.isCurrent() || replica.compare(revision, content.size()) != MapReplica.Comparison.EQUAL) {
                    takeSnapshot();
                }
                assertThat(replica.revision()).isEqualTo(revision);
                assertThat(replica.copy()).isEqualTo(content).isEqualTo(watched);
            }
        }
    }
}
