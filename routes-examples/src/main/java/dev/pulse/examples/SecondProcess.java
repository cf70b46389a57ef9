package dev.pulse.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Another example beside this one, in a process of its own. Not by Maven, which compiles again, and so takes away the
 * classes that this one has not loaded yet.
 */
public final class SecondProcess {
    private SecondProcess() {}

    /** What starts it: this JVM's own {@code java} with its class path, in a file that goes when this JVM ends. */
    public static List<String> command(String example) throws IOException {
        Path arguments = Files.createTempFile("pulse-" + example + "-", ".args");
        arguments.toFile().deleteOnExit();
        String classPath = System.getProperty("java.class.path").replace("\\", "\\\\");
        Files.writeString(
                arguments, "-classpath \"" + classPath + "\"\n" + Examples.class.getName() + " " + example + " 300\n");
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + arguments);
    }
}
