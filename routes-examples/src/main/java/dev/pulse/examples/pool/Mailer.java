package dev.pulse.examples.pool;

import dev.pulse.examples.signup.SignUp;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** Who sends mails in one worker process: begins and ends the series of users as the pool gives and takes their jobs. */
public final class Mailer {
    private final Map<String, Series> running = new ConcurrentHashMap<>();
    private final Series.Outbox outbox;

    Mailer(Series.Outbox outbox) {
        this.outbox = outbox;
    }

    /** This process has the job now. */
    public void begin(
            @Header("CamelPulseKey") String key, @Body SignUp signUp, @Header("CamelPulseFencingToken") long token) {
        running.put(key, Series.begin(signUp.user(), token, outbox));
    }

    /** It is to have it no more. */
    public void end(@Header("CamelPulseKey") String key) {
        Series series = running.remove(key);
        if (series != null) {
            series.end();
        }
    }
}
