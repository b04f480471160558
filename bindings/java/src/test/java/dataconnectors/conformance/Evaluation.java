package dataconnectors.conformance;

import dataconnectors.Connector;
import dataconnectors.DataConnectorsException;
import dataconnectors.Page;
import dataconnectors.RateLimit;
import dataconnectors.Snapshot;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Compares the result of a call with the expectations of a case. */
final class Evaluation {

    /** A mismatch, or an unknown expectation. */
    static final class Mismatch extends RuntimeException {
        private static final long serialVersionUID = 1;

        Mismatch(String message) {
            super(message);
        }
    }

    private Evaluation() {
    }

    static void evaluate(Map<?, ?> expect, Result result) {
        Map<Object, Object> expected = new LinkedHashMap<>(expect);
        error((Map<?, ?>) expected.remove("error"), result.error);
        long least = (long) Objects.requireNonNullElse(expected.remove("min_ms"), 0L);
        long most = (long) Objects.requireNonNullElse(expected.remove("max_ms"), 10_000L);
        if (result.millis < least || result.millis > most) {
            throw new Mismatch("duration: " + result.millis + " ms, expected " + least + " to " + most);
        }
        expected.forEach((name, value) -> value((String) name, value, result));
    }

    private static void value(String name, Object value, Result result) {
        switch (name) {
            case "rows" -> rows((List<?>) value, result.rows);
            case "ids" -> check(name, result.rows.stream().map(Connector::id).toList(), value);
            case "state" -> check(name, snapshot(result).state().name().toLowerCase(Locale.ROOT), value);
            case "reason" -> reason(snapshot(result).reason(), (List<?>) value);
            case "as_of_ms" -> check(name, millis(snapshot(result).asOf()), value);
            case "stored_contains" -> contains(name, result.stored, (List<?>) value);
            case "diff" -> diff((Map<?, ?>) Json.parse(result.diff), (Map<?, ?>) value);
            case "pages" -> check(name, (long) result.pages.size(), value);
            case "next_cursor" -> check(name, last(result).nextCursor(), value);
            case "request_id" -> check(name, last(result).requestId(), value);
            case "rate_limit", "rate_limit_remaining", "rate_limit_reset" ->
                    check(name, limit(last(result).rateLimit(), name), value);
            default -> throw new Mismatch("unknown expectation " + name);
        }
    }

    private static Page last(Result result) {
        if (result.pages.isEmpty()) {
            throw new Mismatch("no page was returned");
        }
        return result.pages.getLast();
    }

    private static void error(Map<?, ?> expected, RuntimeException error) {
        if (expected == null || error == null) {
            check("error", error, expected);
            return;
        }
        expected.forEach((name, value) -> {
            switch ((String) name) {
                case "status" -> check("status of " + error, status(error), value);
                case "message" -> contains("message of " + error, error.getMessage(), (List<?>) value);
                default -> check((String) name, value(error, (String) name), value);
            }
        });
    }

    private static void contains(String what, String text, List<?> parts) {
        for (Object part : parts) {
            if (text == null || !text.contains((String) part)) {
                throw new Mismatch(what + " lacks " + part + ": " + text);
            }
        }
    }

    private static Snapshot snapshot(Result result) {
        if (result.snapshot == null) {
            throw new Mismatch("no snapshot was returned");
        }
        return result.snapshot;
    }

    private static void reason(String reason, List<?> parts) {
        if (parts == null) {
            check("reason", reason, null);
        } else {
            contains("reason", reason, parts);
        }
    }

    private static void diff(Map<?, ?> diff, Map<?, ?> expected) {
        Map<Object, Object> changed = new LinkedHashMap<>();
        for (Object each : (List<?>) diff.get("changed")) {
            Map<?, ?> change = (Map<?, ?>) each;
            Object id = change.get("id");
            changed.put(id, change.get("fields"));
            check("changed: ids of the rows", ids(List.of(change.get("old"), change.get("new"))), List.of(id, id));
            check("changed: rows of " + id + " are equal", change.get("old").equals(change.get("new")), false);
        }
        Map<Object, Object> actual = new HashMap<>();
        actual.put("added", ids((List<?>) diff.get("added")));
        actual.put("changed", changed);
        actual.put("removed", ids((List<?>) diff.get("removed")));
        expected.forEach((name, value) -> {
            if (!actual.containsKey(name)) {
                throw new Mismatch("unknown expectation diff." + name);
            }
            check((String) name, actual.get(name), value);
        });
    }

    private static List<?> ids(List<?> rows) {
        return rows == null ? null : rows.stream().map(row -> ((Map<?, ?>) row).get("id")).toList();
    }

    private static String status(RuntimeException error) {
        return switch (error) {
            case DataConnectorsException failure -> "DC_ERR_" + failure.status();
            case IllegalStateException closed when closed.getMessage().contains("closed") -> "closed";
            case IllegalArgumentException invalid -> "DC_ERR_INVALID_ARGUMENT";
            default -> error.toString();
        };
    }

    private static Object value(RuntimeException error, String name) {
        if (!(error instanceof DataConnectorsException failure)) {
            throw new Mismatch("not a failed call: " + error);
        }
        return switch (name) {
            case "http_status" -> failure.httpStatus() == null ? null : failure.httpStatus().longValue();
            case "api_code" -> failure.apiCode();
            case "api_field" -> failure.apiField();
            case "request_id" -> failure.requestId();
            case "retry_after_ms" -> failure.retryAfter() == null ? null : failure.retryAfter().toMillis();
            case "attempts" -> (long) failure.attempts();
            case "rate_limit", "rate_limit_remaining", "rate_limit_reset" -> limit(failure.rateLimit(), name);
            default -> throw new Mismatch("unknown expectation error." + name);
        };
    }

    private static Long limit(RateLimit limit, String name) {
        return switch (name) {
            case "rate_limit" -> limit.limit();
            case "rate_limit_remaining" -> limit.remaining();
            default -> limit.reset() == null ? null : limit.reset().getEpochSecond();
        };
    }

    private static void rows(List<?> expected, List<Connector> rows) {
        check("number of rows", rows.size(), expected.size());
        for (int index = 0; index < rows.size(); index++) {
            Connector row = rows.get(index);
            ((Map<?, ?>) expected.get(index)).forEach((name, value) -> check((String) name, field(row, name), value));
        }
    }

    private static Object field(Connector row, Object name) {
        return switch ((String) name) {
            case "type" -> row.type();
            case "id" -> row.id();
            case "name" -> row.name();
            case "description" -> row.description();
            case "state" -> row.state();
            case "http_method" -> row.httpMethod();
            case "direct_fin_usage" -> row.directFinUsage();
            case "created_by_admin_id" -> row.createdByAdminId();
            case "updated_by_admin_id" -> row.updatedByAdminId();
            case "created_at" -> row.createdAtText();
            case "updated_at" -> row.updatedAtText();
            case "execution_results_url" -> row.executionResultsUrl();
            case "created_at_ms" -> millis(row.createdAt());
            case "updated_at_ms" -> millis(row.updatedAt());
            case "state_code" -> code("DC_STATE_", row.knownState());
            case "http_method_code" -> code("DC_HTTP_METHOD_", row.knownHttpMethod());
            default -> throw new Mismatch("unknown field " + name);
        };
    }

    private static Long millis(Instant time) {
        return time == null ? null : time.toEpochMilli();
    }

    /** Returns the number of the C constant that has the same name. */
    private static Object code(String prefix, Enum<?> constant) {
        return constant == null ? null : ((Map<?, ?>) Json.abi().get("constants")).get(prefix + constant);
    }

    private static void check(String what, Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) {
            throw new Mismatch(what + ": " + actual + ", expected " + expected);
        }
    }
}
