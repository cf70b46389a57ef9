package dev.pulse.examples.tasks;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Header;

/** The pollers of one studio: they begin and end as the pool gives and takes their jobs. */
public final class Pollers {
    private final String studio;
    private final World world;
    private final Poller.Desk desk;
    private final Map<String, Poller> running = new ConcurrentHashMap<>();

    Pollers(String studio, World world, Poller.Desk desk) {
        this.studio = studio;
        this.world = world;
        this.desk = picture -> {
            desk.accept(picture);
            world.ledger().found(picture);
        };
    }

    /** This studio has the tenant now. */
    public void begin(@Header("CamelPulseKey") String tenant) {
        world.ledger().pollerBegins(tenant, studio);
        running.put(tenant, Poller.begin(tenant, world.cameras(), desk));
    }

    /** It is to have it no more. */
    public void end(@Header("CamelPulseKey") String tenant) {
        Poller poller = running.remove(tenant);
        if (poller != null) {
            poller.end();
            world.ledger().pollerEnds(tenant);
        }
    }
}
