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

/** A server that answers the first request of a connection by these bytes, and then leaves it as it is. */
final class Server implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Socket> sockets = new ArrayList<>();
    private final CountDownLatch connected = new CountDownLatch(1);

    /** null: it never accepts, and its queue is full. */
    Server(String answer) throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        if (answer == null) {
            fillQueue();
        } else {
            Thread.ofPlatform().daemon().start(() -> serve(answer));
        }
    }

    /** A whole answer with these rows. */
    static String list(String rows) {
        String body = "{\"type\":\"list\",\"data\":" + rows + "}";
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + body;
    }

    int port() {
        return listener.getLocalPort();
    }

    Client client(String scheme) {
        return Client.builder().token("canary-token-of-java").baseUrl(scheme + "://127.0.0.1:" + port()).build();
    }

    /** Waits until somebody has connected; what never accepts can't tell. */
    void awaitCaller() throws InterruptedException {
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

    private void serve(String answer) {
        try {
            while (true) {
                Socket socket = listener.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                if (!answer.isEmpty()) {
                    readHead(socket);
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
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
            for (int tries = 0; tries < 20; tries++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.connect(new InetSocketAddress(listener.getInetAddress(), port()), 200);
            }
        } catch (IOException full) {
            return;
        }
        throw new AssertionError("the queue never fills");
    }
}
