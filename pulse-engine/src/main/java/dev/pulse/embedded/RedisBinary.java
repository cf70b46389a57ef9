package dev.pulse.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the {@code redis-server} for this system in a jar and makes it a file that can be run, once per JVM. */
final class RedisBinary {
    private static final String OWN_REDIS = "set PULSE_REDIS_URI to a Redis of your own instead";

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<RedisVersion, Path> EXTRACTED = new EnumMap<>(RedisVersion.class);

    private RedisBinary() {}

    /**
     * The executable file of a version.
     *
     * @throws IllegalStateException if there is none for this system, its jar is missing, or it cannot be executed; the
     *     message says what to do
     * @throws InterruptedException if interrupted while trying it
     */
    static Path of(RedisVersion version) throws InterruptedException {
        LOCK.lockInterruptibly();
        try {
            Path known = EXTRACTED.get(version);
            // cleaners of temporary directories take what has not been read for days
            if (known != null && Files.isExecutable(known)) {
                return known;
            }
            String name = resourceName(version, System.getProperty("os.name"), System.getProperty("os.arch"));
            Path extracted = extract(version, name);
            EXTRACTED.put(version, extracted);
            return extracted;
        } finally {
            LOCK.unlock();
        }
    }

    static String resourceName(RedisVersion version, String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.startsWith("linux") ? "linux" : os.startsWith("mac") ? "darwin" : "";
        String arch = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            case "x86", "i386", "i686" -> "386";
            default -> "";
        };
        if (system.isEmpty() || arch.isEmpty() || (system.equals("darwin") && arch.equals("386"))) {
            throw new IllegalStateException(
                    "there is no embedded Redis for " + osName + " on " + osArch + ": " + OWN_REDIS);
        }
        return version.resource(system, arch);
    }

    private static Path extract(RedisVersion version, String name) throws InterruptedException {
        // the jar may be known to the application's own loader only; and a loader, not the class, is asked, because the
        // engine may be a named module while the jar is on the class path
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        Path file;
        try (InputStream resource = open(version, name, context, RedisBinary.class.getClassLoader())) {
            file = Files.createTempFile(
                    "pulse-" + name + "-",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            file.toFile().deleteOnExit();
            // into the file as it was made: a copy that replaces it would have permissions of its own
            try (OutputStream out = Files.newOutputStream(file)) {
                resource.transferTo(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot extract " + name + " to " + System.getProperty("java.io.tmpdir"), e);
        }
        tryOut(file);
        return file;
    }

    static InputStream open(RedisVersion version, String name, @Nullable ClassLoader... loaders) {
        return Stream.of(loaders)
                .filter(Objects::nonNull)
                .map(loader -> loader.getResourceAsStream(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("an embedded Redis needs the resource " + name
                        + " on the class path: add the dependency " + version.coordinates()
                        + " (its own dependencies can be excluded, only the resource is used), or " + OWN_REDIS));
    }

    /** Runs it once, so that what is wrong with the file is not mistaken for something wrong with a server. */
    private static void tryOut(Path file) throws InterruptedException {
        Process process = launch(file);
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(
                        "the embedded Redis " + file + " does not run on this system: " + said + "; " + OWN_REDIS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + file, e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process launch(Path file) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        while (true) {
            try {
                return new ProcessBuilder(List.of(file.toString(), "--version"))
                        .redirectErrorStream(true)
                        .start();
            } catch (IOException e) {
                // a child that another thread forks while the file is written holds it open until its own exec
                boolean busy = String.valueOf(e.getMessage()).contains("Text file busy");
                if (!busy || System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(
                            "cannot execute " + file + ": is " + file.getParent()
                                    + " mounted noexec? Point -Djava.io.tmpdir at a directory that can execute, or "
                                    + OWN_REDIS,
                            e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }
}
