package dataconnectors;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A server that sends one response per connection, and keeps the connection open. */
final class Server implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Socket> sockets = new ArrayList<>();
    private final CountDownLatch connected = new CountDownLatch(1);

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
                if (!response.isEmpty()) {
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
