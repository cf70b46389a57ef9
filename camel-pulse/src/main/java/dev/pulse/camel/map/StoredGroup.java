package dev.pulse.camel.map;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/**
 * What stands under a correlation key: the group that grows, and those of that key that are complete and not yet confirmed.
 * Both in one value, so that a group which is completed moves from the one to the other in one step, and is never lost or
 * there twice.
 *
 * @param growing the aggregated exchange; null while nothing was aggregated since the last completion
 */
record StoredGroup(byte @Nullable [] growing, List<Completed> completed) {
    static final StoredGroup EMPTY = new StoredGroup(null, List.of());

    private static final int VERSION = 1;

    /**
     * A group that is to be worked on, or is worked on.
     *
     * @param id of its exchange
     * @param owner the process that does
     */
    record Completed(String id, String owner, byte[] exchange) {}

    StoredGroup {
        completed = List.copyOf(completed);
    }

    boolean isEmpty() {
        return growing == null && completed.isEmpty();
    }

    /** Whether the growing group is the one of that. */
    boolean growsAs(StoredGroup other) {
        return Arrays.equals(growing, other.growing);
    }

    StoredGroup with(byte[] grown) {
        return new StoredGroup(grown, completed);
    }

    /** The growing group is complete. */
    StoredGroup complete(Completed group) {
        List<Completed> all = new ArrayList<>(completed);
        all.add(group);
        return new StoredGroup(null, all);
    }

    StoredGroup without(String id) {
        return new StoredGroup(
                growing,
                completed.stream().filter(each -> !each.id().equals(id)).toList());
    }

    /** Another process does it. */
    StoredGroup ownedBy(String owner, String id) {
        return new StoredGroup(
                growing,
                completed.stream()
                        .map(each -> each.id().equals(id) ? new Completed(id, owner, each.exchange()) : each)
                        .toList());
    }

    Optional<Completed> find(String id) {
        return completed.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeBoolean(growing != null);
            if (growing != null) {
                StoredValues.writeBytes(out, growing);
            }
            out.writeInt(completed.size());
            for (Completed each : completed) {
                StoredValues.writeText(out, each.id());
                StoredValues.writeText(out, each.owner());
                StoredValues.writeBytes(out, each.exchange());
            }
        } catch (IOException e) {
            throw new RuntimeCamelException(e);
        }
        return bytes.toByteArray();
    }

    /** Throws when it is none of ours, or of a later version. */
    static StoredGroup of(byte @Nullable [] bytes) {
        if (bytes == null) {
            return EMPTY;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new RuntimeCamelException("a group is stored in version " + version + ", known is " + VERSION);
            }
            byte[] growing = in.readBoolean() ? StoredValues.readBytes(in) : null;
            List<Completed> completed = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                completed.add(new Completed(
                        StoredValues.readText(in), StoredValues.readText(in), StoredValues.readBytes(in)));
            }
            return new StoredGroup(growing, completed);
        } catch (IOException e) {
            throw new RuntimeCamelException("what is stored is no group: " + e.getMessage(), e);
        }
    }
}
