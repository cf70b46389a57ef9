package dev.pulse.pool.internal;

import dev.pulse.redis.Redis;
import dev.pulse.wire.Names;

/** Sends notifications to jobs that workers have. Thread-safe. */
final class Notifying {
    private final Client client;

    Notifying(Client client) {
        this.client = client;
    }

    /** False when no worker has such a job. */
    boolean send(String key, byte[] payload) throws InterruptedException {
        Names.requireJobKey(key);
        client.requirePayload("payload of a notification", payload);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return send(key, payload, client.present(), client.redis().forOneCall());
        } catch (InterruptedException e) {
            throw client.interrupted("the notification of job \"" + key + "\" may have been sent", e);
        }
    }

    private boolean send(String key, byte[] payload, PoolIncarnation first, Redis call) throws InterruptedException {
        // under one id for all tries: the worker knows it again
        String request = client.answers().newId();
        PoolIncarnation pool = first;
        String owner = pool.ring().ownerOf(key).orElse("");
        while (true) {
            switch (pool.reach()
                    .note(
                            call,
                            new ReachScripts.Notification(
                                    key, owner, payload, client.answers().client(), request))) {
                case ReachScripts.Noted noted -> {
                    return true;
                }
                case ReachScripts.OwnedBy owned -> owner = owned.owner();
                case ReachScripts.NotRunning none -> {
                    return false;
                }
                case JobScripts.Unknown none -> {
                    return false;
                }
                case JobScripts.Recovering recovering -> client.awaitRecovery(call);
                case Gone gone -> pool = client.life().after(pool, call);
            }
        }
    }
}
