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
import dataconnectors.Snapshot;
import dataconnectors.SnapshotOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
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
import java.util.regex.Pattern;

/** Runs the cases of tests/conformance. */
public final class Conformance {
    private static final Set<String> FIELDS = Set.of(
            "name", "settings", "options", "call", "per_page", "starting_after", "prefetch", "stop_after", "then",
            "cancel_after_ms", "shutdown_after_ms", "closed", "callers", "expect",
            "overlap_ms", "max_passes", "snapshot_timeout_ms", "stored");
    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    private final Map<?, ?> testCase;

    private Conformance(Map<?, ?> testCase) {
        this.testCase = testCase;
    }

    /** Runs the cases of a JSON file, whose path is the argument. */
    public static void main(String[] arguments) throws Exception {
        for (Object each : (List<?>) Json.parse(Files.readString(Path.of(arguments[0])))) {
            Map<?, ?> testCase = (Map<?, ?>) each;
            Object name = testCase.get("name");
            if (testCase.get("per_page") instanceof Long number && number != number.intValue()) {
                OUT.println("skip " + name + ": rejected by the compiler: perPage is an int");
                continue;
            }
            try {
                new Conformance(testCase).run();
                OUT.println("ok " + name);
            } catch (Evaluation.Mismatch mismatch) {
                OUT.println("not ok " + name + ": " + mismatch.getMessage().replaceAll("\\s+", " "));
            } catch (Throwable error) {
                print(trace(error));
                OUT.println("not ok " + name + ": " + error.toString().replaceAll("\\s+", " "));
            }
        }
    }

    private void run() throws InterruptedException {
        Set<Object> unknown = new TreeSet<>(testCase.keySet());
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new Evaluation.Mismatch("unknown fields " + unknown);
        }
        requireKnown("call", Set.of("client", "page", "pages", "connectors", "snapshot", "load"));
        requireKnown("then", Set.of("", "resume", "continue", "store", "refresh", "again"));
        Client client;
        try {
            client = newClient();
        } catch (IllegalArgumentException error) {
            Result result = new Result();
            result.error = error;
            evaluate(result);
            return;
        }
        var results = new ConcurrentLinkedQueue<Result>();
        long callers = (long) Objects.requireNonNullElse(testCase.get("callers"), 1L);
        try (client) {
            print(client.toString());
            if (testCase.containsKey("closed")) {
                client.close();
            }
            List<Thread> threads = new ArrayList<>();
            for (long caller = 0; caller < callers; caller++) {
                threads.add(Thread.ofPlatform().start(() -> results.add(call(client))));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        if (results.size() != callers) {
            throw new Evaluation.Mismatch(results.size() + " of " + callers + " callers returned");
        }
        results.forEach(this::evaluate);
    }

    private void requireKnown(String field, Set<?> values) {
        Object value = Objects.requireNonNullElse(testCase.get(field), "");
        if (!values.contains(value)) {
            throw new Evaluation.Mismatch("unknown " + field + " " + value);
        }
    }

    private Client newClient() {
        ClientBuilder builder = Client.builder();
        ((Map<?, ?>) testCase.get("settings")).forEach((name, value) -> set(builder, (String) name, value));
        if (testCase.get("options") instanceof Map<?, ?> options) {
            options.forEach((name, value) -> builder.option((String) name, (String) value));
        }
        print(builder.toString());
        return builder.build();
    }

    /** Sets an option with its method; by name if it has none, or if the compiler would reject the value. */
    private static void set(ClientBuilder builder, String setting, Object value) {
        String option = setting.equals("token") ? "access_token" : setting;
        String name = Pattern.compile("_(.)").matcher(option.replaceFirst("_ms$", ""))
                .replaceAll(match -> match.group(1).toUpperCase());
        for (Method method : ClientBuilder.class.getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == 1) {
                try {
                    method.invoke(builder, argument(method.getParameterTypes()[0], value));
                    return;
                } catch (ArithmeticException tooLarge) {
                    break;
                } catch (ReflectiveOperationException error) {
                    throw new AssertionError(error);
                }
            }
        }
        builder.option(option, value.toString());
    }

    private static Object argument(Class<?> type, Object value) {
        return type == Duration.class ? Duration.ofMillis((long) value)
                : type == Path.class ? Path.of((String) value)
                : type == int.class ? (Object) Math.toIntExact((long) value)
                : value;
    }

    private Result call(Client client) {
        Result result = new Result();
        try (CancelToken token = new CancelToken();
                Timer cancel = new Timer(testCase.get("cancel_after_ms"), token::cancel);
                Timer shutdown = new Timer(testCase.get("shutdown_after_ms"), client::shutdown)) {
            long start = System.nanoTime();
            try {
                list(client, token, result);
            } catch (DataConnectorsException | IllegalArgumentException | IllegalStateException error) {
                result.error = error;
            }
            result.millis = (System.nanoTime() - start) / 1_000_000;
        }
        return result;
    }

    /** Runs an action on another thread after a delay; immediately if it is 0, never if it is null. */
    private record Timer(Thread thread) implements AutoCloseable {
        Timer(Object millis, Runnable action) {
            this(Thread.ofPlatform().unstarted(() -> {
                try {
                    Thread.sleep((long) millis);
                } catch (InterruptedException closed) {
                    return;
                }
                action.run();
            }));
            if (Objects.equals(millis, 0L)) {
                action.run();
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

    private void list(Client client, CancelToken token, Result result) {
        ListOptions options = new ListOptions(
                ((Long) Objects.requireNonNullElse(testCase.get("per_page"), 0L)).intValue(),
                (String) testCase.get("starting_after"),
                token,
                (boolean) Objects.requireNonNullElse(testCase.get("prefetch"), false));
        long most = (long) Objects.requireNonNullElse(testCase.get("stop_after"), Long.MAX_VALUE);
        switch ((String) testCase.get("call")) {
            case "client" -> { }
            case "page" -> result.add(client.listPage(options));
            case "pages" -> listPages(client, options, most, result);
            case "connectors" -> {
                try (Connectors connectors = client.list(options)) {
                    for (Connector connector : connectors) {
                        result.rows.add(connector);
                        if (result.rows.size() == most) {
                            break;
                        }
                    }
                }
            }
            case "snapshot", "load" -> takeSnapshots(client, token, result);
            default -> throw new AssertionError(testCase.get("call"));
        }
    }

    private void takeSnapshots(Client client, CancelToken token, Result result) {
        var passes = (Long) testCase.get("max_passes");
        var options = new SnapshotOptions(
                null, duration("overlap_ms"), passes == null ? null : passes.intValue(),
                duration("snapshot_timeout_ms"), token);
        try (Snapshot first = testCase.get("call").equals("load")
                        ? Snapshot.load((String) testCase.get("stored")) : client.snapshot(options);
                Snapshot last = switch ((String) testCase.get("then")) {
                    case "store" -> Snapshot.load(first.json());
                    case "refresh" -> client.snapshot(options.previous(first));
                    case "again" -> client.snapshot(options);
                    case null, default -> first;
                }) {
            result.snapshot = last;
            result.stored = last.json();
            result.diff = last.diff(first);
            last.forEach(result.rows::add);
            print(last.toString());
        }
    }

    private Duration duration(String field) {
        return testCase.get(field) instanceof Long millis ? Duration.ofMillis(millis) : null;
    }

    private void listPages(Client client, ListOptions options, long most, Result result) {
        Object then = testCase.get("then");
        try (Pages pages = client.pages(options)) {
            try {
                add(pages, most, result);
            } catch (DataConnectorsException error) {
                if (!"continue".equals(then)) {
                    throw error;
                }
                result.error = error;
                add(pages, Long.MAX_VALUE, result);
            }
            if ("resume".equals(then)) {
                try (Pages rest = client.pages(options.startingAfter(pages.cursor()))) {
                    add(rest, Long.MAX_VALUE, result);
                }
            }
        }
    }

    private static void add(Pages pages, long most, Result result) {
        long count = 0;
        for (Page page : pages) {
            result.add(page);
            if (++count == most) {
                return;
            }
        }
    }

    private void evaluate(Result result) {
        if (result.error != null) {
            print(trace(result.error));
        }
        Evaluation.evaluate((Map<?, ?>) testCase.get("expect"), result);
    }

    private static String trace(Throwable error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private static void print(String text) {
        text.lines().forEach(line -> OUT.println("# " + line));
    }
}
