package dataconnectors;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A server that sends one response per connection, and keeps the connection open. */
final class Server implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Socket> sockets = new ArrayList<>();
    private final CountDownLatch connected = new CountDownLatch(1);
    private int abandonedAttempts;

    /** Sends the response after the request head, nothing if it is empty; never accepts connections if it is null. */
    Server(String response) throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        if (response == null) {
            fillQueue();
        } else {
            Thread.ofPlatform().daemon().start(() -> serve(response));
        }
    }

    /** Returns a response with these rows. */
    static String list(String rows) {
        String body = "{\"type\":\"list\",\"data\":" + rows + "}";
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + body;
    }

    int port() {
        return listener.getLocalPort();
    }

    ClientBuilder builder(String scheme) {
        return Client.builder().accessToken("canary-token-of-java").baseUrl(scheme + "://127.0.0.1:" + port());
    }

    Client client(String scheme) {
        return builder(scheme).build();
    }

    /** Waits until a client has connected; returns at once if the server never accepts connections. */
    void awaitConnection() throws InterruptedException {
        connected.await();
    }

    /** Waits until a client tries to connect, or has read everything that this server has sent to it. */
    void awaitWaitingClient() throws IOException, InterruptedException {
        connected.await();
        while (abandonedAttempts > 0 ? connecting() <= abandonedAttempts : hasQueuedBytes()) {
            Thread.sleep(1);
        }
    }

    private int connecting() throws IOException {
        return (int) sockets(port()).stream().filter(fields -> fields[3].equals("02")).count(); // SYN_SENT
    }

    private boolean hasQueuedBytes() throws IOException {
        return sockets(port()).stream().anyMatch(fields -> !fields[4].equals("00000000:00000000"));
    }

    /** The fields of each socket of the system with this local or remote port. */
    private static List<String[]> sockets(int port) throws IOException {
        String suffix = String.format(":%04X", port);
        return Files.readAllLines(Path.of("/proc/net/tcp")).stream().map(line -> line.strip().split(" +"))
                .filter(fields -> fields[1].endsWith(suffix) || fields[2].endsWith(suffix)).toList();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private void serve(String response) {
        try {
            while (true) {
                Socket socket = listener.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                if (response.isEmpty()) {
                    socket.getInputStream().read(); // of the request, or of the TLS handshake
                } else {
                    readHead(socket);
                    socket.getOutputStream().write(response.getBytes(StandardCharsets.UTF_8));
                }
                connected.countDown();
            }
        } catch (IOException closed) {
            connected.countDown();
        }
    }

    static void readHead(Socket socket) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) { }
    }

    private void fillQueue() {
        connected.countDown();
        try {
            for (int attempt = 0; attempt < 20; attempt++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.connect(new InetSocketAddress(listener.getInetAddress(), port()), 200);
            }
        } catch (IOException full) {
            return;
        }
        throw new AssertionError("the queue was never full");
    }
}
