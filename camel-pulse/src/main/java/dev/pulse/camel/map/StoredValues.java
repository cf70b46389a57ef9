package dev.pulse.camel.map;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads values of exchanges so that they come back as what they were: text, bytes, numbers, booleans, null, lists,
 * and maps with text as keys. A byte tells which, lengths are four bytes, text is UTF-8. Java's serialisation is not used, for
 * whoever can write into Redis would have code run.
 */
final class StoredValues {
    private static final int NULL = 0;
    private static final int TEXT = 1;
    private static final int BYTES = 2;
    private static final int INT = 3;
    private static final int LONG = 4;
    private static final int DOUBLE = 5;
    private static final int FLOAT = 6;
    private static final int SHORT = 7;
    private static final int BYTE = 8;
    private static final int TRUE = 9;
    private static final int FALSE = 10;
    private static final int LIST = 11;
    private static final int MAP = 12;
    /** What Camel's string aggregation collects in. */
    private static final int BUFFER = 13;

    private StoredValues() {}

    /** Whether it can be written, with all that is in it. */
    static boolean canWrite(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case String text -> true;
            case StringBuffer collected -> true;
            case byte[] bytes -> true;
            case Boolean truth -> true;
            case Integer number -> true;
            case Long number -> true;
            case Double number -> true;
            case Float number -> true;
            case Short number -> true;
            case Byte number -> true;
            case Collection<?> items -> items.stream().allMatch(StoredValues::canWrite);
            case Map<?, ?> entries ->
                entries.keySet().stream().allMatch(String.class::isInstance)
                        && entries.values().stream().allMatch(StoredValues::canWrite);
            default -> false;
        };
    }

    /** Throws for what {@link #canWrite} says no to. */
    static void write(DataOutputStream out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte(NULL);
            case String text -> {
                out.writeByte(TEXT);
                writeText(out, text);
            }
            case StringBuffer text -> {
                out.writeByte(BUFFER);
                writeText(out, text.toString());
            }
            case byte[] bytes -> {
                out.writeByte(BYTES);
                writeBytes(out, bytes);
            }
            case Boolean truth -> out.writeByte(truth ? TRUE : FALSE);
            case Integer number -> {
                out.writeByte(INT);
                out.writeInt(number);
            }
            case Long number -> {
                out.writeByte(LONG);
                out.writeLong(number);
            }
            case Double number -> {
                out.writeByte(DOUBLE);
                out.writeDouble(number);
            }
            case Float number -> {
                out.writeByte(FLOAT);
                out.writeFloat(number);
            }
            case Short number -> {
                out.writeByte(SHORT);
                out.writeShort(number);
            }
            case Byte number -> {
                out.writeByte(BYTE);
                out.writeByte(number);
            }
            case Collection<?> items -> {
                out.writeByte(LIST);
                out.writeInt(items.size());
                for (Object item : items) {
                    write(out, item);
                }
            }
            case Map<?, ?> entries -> {
                out.writeByte(MAP);
                out.writeInt(entries.size());
                for (Map.Entry<?, ?> entry : entries.entrySet()) {
                    writeText(out, (String) entry.getKey());
                    write(out, entry.getValue());
                }
            }
            default -> throw new IllegalArgumentException(value.getClass().getName());
        }
    }

    static @Nullable Object read(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case NULL -> null;
            case TEXT -> readText(in);
            case BUFFER -> new StringBuffer(readText(in));
            case BYTES -> readBytes(in);
            case INT -> in.readInt();
            case LONG -> in.readLong();
            case DOUBLE -> in.readDouble();
            case FLOAT -> in.readFloat();
            case SHORT -> in.readShort();
            case BYTE -> in.readByte();
            case TRUE -> true;
            case FALSE -> false;
            case LIST -> {
                List<@Nullable Object> items = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    items.add(read(in));
                }
                yield items;
            }
            case MAP -> readMap(in);
            default -> throw new IOException("a value of the unknown kind " + kind);
        };
    }

    /** A map that was written without its kind. */
    static Map<String, @Nullable Object> readMap(DataInputStream in) throws IOException {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            entries.put(readText(in), read(in));
        }
        return entries;
    }

    static void writeText(DataOutputStream out, String text) throws IOException {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        byte[] bytes = in.readNBytes(Math.max(0, length));
        if (bytes.length != length) {
            throw new IOException("it is cut short");
        }
        return bytes;
    }
}
