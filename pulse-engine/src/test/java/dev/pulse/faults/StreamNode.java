package dev.pulse.faults;

import dev.pulse.Pulse;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A {@link Member} in a process of its own, for {@link dev.pulse.testing.Node}. Arguments: name, URI, stream. Told a
 * {@link Handling} it handles events so; its history is what it prints. Ends, in good order, with its standard input.
 */
public final class StreamNode {
    private StreamNode() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        // written in one piece and unbuffered: whoever is killed has said all it did, and no half a line of it
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        try (Member member = new Member(args[0], Pulse.builder().uri(args[1]), args[2], step -> print(out, step));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                member.handle(Handling.parse(line));
            }
        }
    }

    /** Prints a line of a history. */
    public static void print(FileOutputStream out, Record step) {
        try {
            out.write((step + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
