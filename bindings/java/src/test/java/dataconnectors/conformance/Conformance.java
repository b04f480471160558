package dataconnectors.conformance;

import dataconnectors.CancelToken;
import dataconnectors.Client;
import dataconnectors.ClientBuilder;
import dataconnectors.Connector;
import dataconnectors.Connectors;
import dataconnectors.DataConnectorsException;
import dataconnectors.ListOptions;
import dataconnectors.Page;
import dataconnectors.Pages;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Performs the cases of tests/conformance, and says of each what became of it. */
public final class Conformance {
    private static final Set<String> FIELDS = Set.of(
            "name", "settings", "options", "call", "per_page", "starting_after", "prefetch", "stop_after", "then",
            "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect");
    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    private final Map<?, ?> aCase;

    private Conformance(Map<?, ?> aCase) {
        this.aCase = aCase;
    }

    /** The argument is the path of a JSON file: a list of cases. */
    public static void main(String[] arguments) throws Exception {
        for (Object each : (List<?>) Json.read(Files.readString(Path.of(arguments[0])))) {
            Map<?, ?> aCase = (Map<?, ?>) each;
            try {
                new Conformance(aCase).run();
                OUT.println("ok " + aCase.get("name"));
            } catch (Judge.Unexpected unexpected) {
                OUT.println("not ok " + aCase.get("name") + ": " + line(unexpected.getMessage()));
            } catch (Throwable error) {
                say(trace(error));
                OUT.println("not ok " + aCase.get("name") + ": " + line(error.toString()));
            }
        }
    }

    private void run() throws InterruptedException {
        Set<Object> unknown = new TreeSet<>(aCase.keySet());
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new Judge.Unexpected("this runner doesn't know " + unknown);
        }
        known("call", Set.of("client", "page", "pages", "connectors"));
        known("then", Set.of("", "resume", "go_on"));
        Client client;
        try {
            client = client();
        } catch (IllegalArgumentException error) {
            Outcome refused = new Outcome();
            refused.error = error;
            judge(refused);
            return;
        }
        var outcomes = new ConcurrentLinkedQueue<Outcome>();
        long callers = (long) Objects.requireNonNullElse(aCase.get("callers"), 1L);
        try (client) {
            say(client.toString());
            if (aCase.containsKey("closed")) {
                client.close();
            }
            List<Thread> threads = new ArrayList<>();
            for (long caller = 0; caller < callers; caller++) {
                threads.add(Thread.ofPlatform().start(() -> outcomes.add(call(client))));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        if (outcomes.size() != callers) {
            throw new Judge.Unexpected(outcomes.size() + " callers came back, and not " + callers);
        }
        outcomes.forEach(this::judge);
    }

    private void known(String field, Set<?> values) {
        Object value = Objects.requireNonNullElse(aCase.get(field), "");
        if (!values.contains(value)) {
            throw new Judge.Unexpected("this runner doesn't know the " + field + " " + value);
        }
    }

    private Client client() {
        ClientBuilder builder = Client.builder();
        ((Map<?, ?>) aCase.get("settings")).forEach((name, value) -> set(builder, (String) name, value));
        if (aCase.get("options") instanceof Map<?, ?> options) {
            options.forEach((name, value) -> builder.option((String) name, (String) value));
        }
        say(builder.toString());
        return builder.build();
    }

    private static void set(ClientBuilder builder, String name, Object value) {
        switch (name) {
            case "token" -> builder.token((String) value);
            case "region" -> builder.region((String) value);
            case "base_url" -> builder.baseUrl((String) value);
            case "allow_insecure_http" -> builder.allowInsecureHttp((boolean) value);
            case "api_version" -> builder.apiVersion((String) value);
            case "user_agent_suffix" -> builder.userAgentSuffix((String) value);
            case "timeout_ms" -> builder.timeout(Duration.ofMillis((long) value));
            case "connect_timeout_ms" -> builder.connectTimeout(Duration.ofMillis((long) value));
            case "max_retries" -> builder.maxRetries((long) value);
            case "max_response_bytes" -> builder.maxResponseBytes((long) value);
            case "wait_for_rate_limit" -> builder.waitForRateLimit((boolean) value);
            case "proxy" -> builder.proxy((String) value);
            case "no_proxy" -> builder.noProxy((String) value);
            case "ca_file" -> builder.caFile(Path.of((String) value));
            case "system_roots" -> builder.systemRoots((boolean) value);
            default -> throw new Judge.Unexpected("this runner doesn't know the setting " + name);
        }
    }

    private Outcome call(Client client) {
        Outcome outcome = new Outcome();
        try (CancelToken token = new CancelToken();
                Timer cancel = new Timer(aCase.get("cancel_after_ms"), token::cancel);
                Timer shutdown = new Timer(aCase.get("shutdown_after_ms"), client::shutdown)) {
            long started = System.nanoTime();
            try {
                perform(client, token, outcome);
            } catch (DataConnectorsException | IllegalArgumentException | IllegalStateException error) {
                outcome.error = error;
            }
            outcome.tookMillis = (System.nanoTime() - started) / 1_000_000;
        }
        return outcome;
    }

    /** Does something after some time, on a thread of its own; at once after none. */
    private record Timer(Thread thread) implements AutoCloseable {
        Timer(Object millis, Runnable end) {
            this(Thread.ofPlatform().unstarted(() -> {
                try {
                    Thread.sleep((long) millis);
                } catch (InterruptedException over) {
                    return;
                }
                end.run();
            }));
            if (Objects.equals(millis, 0L)) {
                end.run();
            } else if (millis != null) {
                thread.start();
            }
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException error) {
                throw new AssertionError(error);
            }
        }
    }

    private void perform(Client client, CancelToken token, Outcome outcome) {
        ListOptions options = new ListOptions(
                (long) Objects.requireNonNullElse(aCase.get("per_page"), 0L),
                (String) aCase.get("starting_after"),
                token,
                (boolean) Objects.requireNonNullElse(aCase.get("prefetch"), false));
        long most = (long) Objects.requireNonNullElse(aCase.get("stop_after"), Long.MAX_VALUE);
        switch ((String) aCase.get("call")) {
            case "client" -> { }
            case "page" -> outcome.take(client.listPage(options));
            case "pages" -> walk(client, options, most, outcome);
            case "connectors" -> {
                try (Connectors connectors = client.connectors(options)) {
                    for (Connector connector : connectors) {
                        outcome.rows.add(connector);
                        if (outcome.rows.size() == most) {
                            break;
                        }
                    }
                }
            }
            default -> throw new AssertionError(aCase.get("call"));
        }
    }

    private void walk(Client client, ListOptions options, long most, Outcome outcome) {
        Object then = aCase.get("then");
        try (Pages pages = client.pages(options)) {
            try {
                take(pages, most, outcome);
            } catch (DataConnectorsException error) {
                if (!"go_on".equals(then)) {
                    throw error;
                }
                outcome.error = error;
                take(pages, Long.MAX_VALUE, outcome);
            }
            if ("resume".equals(then)) {
                try (Pages rest = client.pages(options.startingAfter(pages.cursor()))) {
                    take(rest, Long.MAX_VALUE, outcome);
                }
            }
        }
    }

    private static void take(Pages pages, long most, Outcome outcome) {
        long taken = 0;
        for (Page page : pages) {
            outcome.take(page);
            if (++taken == most) {
                return;
            }
        }
    }

    private void judge(Outcome outcome) {
        if (outcome.error != null) {
            say(trace(outcome.error));
        }
        Judge.judge((Map<?, ?>) aCase.get("expect"), outcome);
    }

    private static String trace(Throwable error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private static String line(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private static void say(String text) {
        text.lines().forEach(line -> OUT.println("# " + line));
    }
}
