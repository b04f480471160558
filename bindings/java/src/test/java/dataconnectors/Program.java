package dataconnectors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A finished process.
 *
 * @param exitStatus its exit status
 * @param output its standard output and standard error
 */
record Program(int exitStatus, String output) {

    /** Runs a command with changed environment variables; an empty one is removed. */
    static Program run(Map<String, String> variables, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        variables.forEach((name, value) -> {
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

    /** Runs the java of this JDK. */
    static Program java(Map<String, String> variables, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return run(variables, command);
    }
}
