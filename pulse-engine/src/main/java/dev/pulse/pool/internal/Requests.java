package dev.pulse.pool.internal;

import dev.pulse.pool.JobRequest;
import dev.pulse.pool.internal.timed.PoolSide;
import dev.pulse.pool.internal.timed.ScheduledId;
import dev.pulse.wire.Names;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What users ask for as Redis is asked for it. Thread-safe. */
final class Requests {
    private final Client client;

    Requests(Client client) {
        this.client = client;
    }

    /** One whose caller waits until it has begun, or ended. */
    JobScripts.Request waited(JobRequest request, boolean untilEnd) {
        return request(request, client.answers().client(), untilEnd, null);
    }

    /** One that is started for the sake of a plan, and whose begin is waited for. */
    JobScripts.Request planned(JobRequest request, PoolSide.By by) {
        return request(request, client.answers().client(), false, by);
    }

    /** One that nobody waits for. */
    JobScripts.Request untold(JobRequest request) {
        return request(request, "", false, null);
    }

    /** Refuses what is out of range; makes an id where there is none. */
    private JobScripts.Request request(JobRequest request, String told, boolean untilEnd, PoolSide.@Nullable By by) {
        Names.requireJobKey(request.key());
        if (by == null) {
            request.id().ifPresent(Names::requireDispatchId);
            request.id().ifPresent(ScheduledId::requireNone);
        }
        client.requirePayload("payload of a job", request.payload());
        return new JobScripts.Request(
                request.key(),
                request.id().orElseGet(client.answers()::newId),
                request.id().isPresent() ? digest(request) : "",
                request.payload(),
                told,
                request.attempts(),
                request.delay(),
                request.workerNeeded(),
                untilEnd,
                by);
    }

    private static String digest(JobRequest request) {
        byte[] key = request.key().getBytes(StandardCharsets.UTF_8);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            // the length says where the key ends
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(key.length).flip());
            digest.update(key);
            return HexFormat.of().formatHex(digest.digest(request.payload()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
