package dataconnectors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program that was run: how it ended, and all that it printed.
 *
 * @param exit its exit code
 * @param output what it printed, its errors among it
 */
record Program(int exit, String output) {

    /** Runs a command. Of the environment {@code named} variables are set, or with "" removed. */
    static Program run(Map<String, String> named, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        named.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        return new Program(process.waitFor(), output);
    }

    /** Runs this JDK's java. */
    static Program java(Map<String, String> named, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return run(named, command);
    }
}
