package dev.pulse.faults;

import dev.pulse.Pulse;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A {@link PoolMember} in a process of its own, for {@link dev.pulse.testing.Node}. Arguments: name, URI, {@link PoolTerms}.
 * Told {@code join}, {@code leave}, {@code load} with a {@link PoolLoad.Pace} and a seed, or {@code rest}, it does so; its
 * history is what it prints. Ends, in good order, with its standard input.
 */
public final class PoolProcess {
    private PoolProcess() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        try (PoolMember member = new PoolMember(
                        args[0],
                        Pulse.builder().uri(args[1]),
                        PoolTerms.parse(args[2]),
                        step -> StreamNode.print(out, step));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "join" -> member.join();
                    case "leave" -> member.leave();
                    case "load" -> member.load(PoolLoad.Pace.parse(words[1]), Long.parseLong(words[2]));
                    case "rest" -> member.rest();
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }
}
