package dataconnectors;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A program that uses non-ASCII paths and strings. Its argument is a folder that contains a non-ASCII folder. */
final class NonAscii {
    private NonAscii() {
    }

    public static void main(String[] arguments) throws Exception {
        Path folder;
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            folder = files.findFirst().orElseThrow();
        }
        String name = "\u00fc \u65e5\u672c\u8a9e \ud83d\ude9a";
        try (Server server = new Server(Server.list("[{\"id\": \"1\", \"name\": \"" + name + "\"}]"));
                Client client = server.client("http")) {
            Connector row = client.listPage(ListOptions.DEFAULT.startingAfter(name)).connectors().getFirst();
            check(row.name().equals(name) && row.json().contains(name), row.toString());
        }
        try {
            Client.builder().accessToken("canary").caFile(folder.resolve("ca.pem")).build().close();
        } catch (IllegalArgumentException error) {
            String expected = "invalid ca_file " + arguments[0] + "/\u00fc/ca.pem: no certificate";
            check(error.getMessage().startsWith(expected), error.getMessage());
            System.out.println("ok");
        }
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
