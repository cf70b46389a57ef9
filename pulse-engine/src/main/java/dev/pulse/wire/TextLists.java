package dev.pulse.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lists of text as values of replicated maps: a JSON array of strings, as Redis' {@code cjson} writes it, which is what
 * scripts and Go's {@code rmap} write.
 */
public final class TextLists {
    private TextLists() {}

    /** The value for these items. */
    public static String encode(List<String> items) {
        StringBuilder json = new StringBuilder("[");
        for (String item : items) {
            json.append(json.length() > 1 ? "," : "");
            quote(item, json);
        }
        return json.append(']').toString();
    }

    /**
     * The items of a value. Text that is no JSON is comma-separated, without its empty items.
     *
     * @throws IllegalArgumentException when it begins like JSON, and is no array of strings
     */
    public static List<String> decode(String value) {
        Cursor cursor = new Cursor(value);
        char first = cursor.next();
        if (first != '[' && first != '{') {
            return Arrays.stream(value.split(","))
                    .filter(item -> !item.isEmpty())
                    .toList();
        }
        if (first == '{') {
            throw cursor.malformed();
        }
        return List.copyOf(items(cursor));
    }

    private static List<String> items(Cursor cursor) {
        List<String> items = new ArrayList<>();
        char next = cursor.next();
        if (next == ']') {
            cursor.requireEnd();
            return items;
        }
        while (next == '"') {
            items.add(cursor.string());
            next = cursor.next();
            if (next == ']') {
                cursor.requireEnd();
                return items;
            }
            next = next == ',' ? cursor.next() : Cursor.END;
        }
        throw cursor.malformed();
    }

    private static void quote(String item, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < item.length(); i++) {
            char c = item.charAt(i);
            switch (c) {
                case '"', '\\', '/' -> json.append('\\').append(c);
                case '\b' -> json.append("\\b");
                case '\t' -> json.append("\\t");
                case '\n' -> json.append("\\n");
                case '\f' -> json.append("\\f");
                case '\r' -> json.append("\\r");
                default -> {
                    if (c < ' ' || c == 127) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    /** Where reading of a JSON array has come to. */
    private static final class Cursor {
        static final char END = 0;

        private final String text;
        private int at;

        Cursor(String text) {
            this.text = text;
        }

        /** The next character that is no white space; taken. */
        char next() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length() ? text.charAt(at++) : END;
        }

        void requireEnd() {
            if (next() != END || at < text.length()) {
                throw malformed();
            }
        }

        /** What stands until the closing quote. */
        String string() {
            StringBuilder item = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return item.toString();
                }
                item.append(c == '\\' ? escaped() : c);
            }
            throw malformed();
        }

        private char escaped() {
            char c = at < text.length() ? text.charAt(at++) : END;
            return switch (c) {
                case '"', '\\', '/' -> c;
                case 'b' -> '\b';
                case 't' -> '\t';
                case 'n' -> '\n';
                case 'f' -> '\f';
                case 'r' -> '\r';
                case 'u' -> hexadecimal();
                default -> throw malformed();
            };
        }

        private char hexadecimal() {
            if (at + 4 > text.length()) {
                throw malformed();
            }
            int value = 0;
            for (int i = 0; i < 4; i++) {
                int digit = Character.digit(text.charAt(at++), 16);
                if (digit < 0) {
                    throw malformed();
                }
                value = value * 16 + digit;
            }
            return (char) value;
        }

        IllegalArgumentException malformed() {
            return new IllegalArgumentException("a list is a JSON array of strings, was " + Shown.text(text));
        }
    }
}
