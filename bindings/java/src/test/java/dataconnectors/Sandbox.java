package dataconnectors;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A process of the sandbox; DC_TEST_SANDBOX is the path of its program. */
final class Sandbox implements AutoCloseable {
    final String url;
    private final Process process;

    Sandbox(String... options) {
        String program = System.getenv("DC_TEST_SANDBOX");
        if (program == null) {
            throw new AssertionError("set DC_TEST_SANDBOX to the path of data-connectors-sandbox");
        }
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(options));
        try {
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            url = new BufferedReader(process.inputReader()).readLine();
        } catch (IOException error) {
            throw new AssertionError(error);
        }
        if (url == null) {
            throw new AssertionError("the sandbox did not start: " + command);
        }
    }

    ClientBuilder builder() {
        return Client.builder().accessToken("canary-token-of-java").baseUrl(url);
    }

    Client client() {
        return builder().build();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
