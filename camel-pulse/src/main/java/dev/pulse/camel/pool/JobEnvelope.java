package dev.pulse.camel.pool;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.RuntimeCamelException;

/**
 * A payload together with headers, for jobs have none. Where there are no headers it is the payload as it is, so that who
 * dispatches or works without Camel sees nothing of it. Otherwise a mark comes first, the version of the format, how many
 * headers there are (one byte), each with its name and value (both with their length in two bytes before them, in UTF-8), then
 * the payload. A payload that looks like that has an envelope also without headers.
 */
record JobEnvelope(Map<String, String> headers, byte[] payload) {
    private static final byte[] MARK = {0, 'p', 'u', 'l', 's', 'e'};
    private static final int VERSION = 1;

    /** What travels. */
    byte[] toBytes() {
        if (headers.isEmpty() && !isMarked(payload)) {
            return payload;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(MARK);
            out.writeByte(VERSION);
            out.writeByte(headers.size());
            for (Map.Entry<String, String> header : headers.entrySet()) {
                out.writeUTF(header.getKey());
                out.writeUTF(header.getValue());
            }
            out.write(payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * What has come.
     *
     * @throws RuntimeCamelException when it has the mark, and the rest is none of ours
     */
    static JobEnvelope of(byte[] bytes) {
        if (!isMarked(bytes)) {
            return new JobEnvelope(Map.of(), bytes);
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            in.skipNBytes(MARK.length);
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new RuntimeCamelException("envelope has version " + version + ", known is " + VERSION);
            }
            Map<String, String> headers = new LinkedHashMap<>();
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                headers.put(in.readUTF(), in.readUTF());
            }
            return new JobEnvelope(headers, in.readAllBytes());
        } catch (IOException e) {
            throw new RuntimeCamelException("envelope is cut short", e);
        }
    }

    private static boolean isMarked(byte[] bytes) {
        return bytes.length >= MARK.length && Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length);
    }
}
