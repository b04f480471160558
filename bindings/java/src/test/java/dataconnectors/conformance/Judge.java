package dataconnectors.conformance;

import dataconnectors.Connector;
import dataconnectors.DataConnectorsException;
import dataconnectors.HttpMethod;
import dataconnectors.Page;
import dataconnectors.RateLimit;
import dataconnectors.State;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Holds what a call gave against what a case expects. */
final class Judge {

    /** What is not as the case expects. */
    static final class Unexpected extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unexpected(String what) {
            super(what);
        }
    }

    private Judge() {
    }

    static void judge(Map<?, ?> expect, Outcome outcome) {
        Map<Object, Object> expected = new LinkedHashMap<>(expect);
        error((Map<?, ?>) expected.remove("error"), outcome.error);
        long least = (long) Objects.requireNonNullElse(expected.remove("least_ms"), 0L);
        long most = (long) Objects.requireNonNullElse(expected.remove("most_ms"), 10_000L);
        if (outcome.tookMillis < least || outcome.tookMillis > most) {
            throw new Unexpected("it took " + outcome.tookMillis + " ms, and not " + least + " to " + most);
        }
        expected.forEach((name, value) -> fact((String) name, value, outcome));
    }

    private static void fact(String name, Object value, Outcome outcome) {
        switch (name) {
            case "rows" -> rows((List<?>) value, outcome.rows);
            case "ids" -> check(name, outcome.rows.stream().map(Connector::id).toList(), value);
            case "pages" -> check(name, (long) outcome.pages.size(), value);
            case "next_cursor" -> check(name, last(outcome).nextCursor(), value);
            case "request_id" -> check(name, last(outcome).requestId(), value);
            case "rate_limit", "rate_limit_remaining", "rate_limit_reset" ->
                    check(name, limit(last(outcome).rateLimit(), name), value);
            default -> throw new Unexpected("this runner doesn't know expect." + name);
        }
    }

    private static Page last(Outcome outcome) {
        if (outcome.pages.isEmpty()) {
            throw new Unexpected("no page was given");
        }
        return outcome.pages.getLast();
    }

    private static void error(Map<?, ?> expected, RuntimeException error) {
        if (expected == null || error == null) {
            check("the error", error, expected);
            return;
        }
        expected.forEach((name, value) -> {
            switch ((String) name) {
                case "status" -> check("the status of " + error, status(error), value);
                case "says" -> ((List<?>) value).forEach(part -> says(error, (String) part));
                default -> check((String) name, fact(error, (String) name), value);
            }
        });
    }

    private static void says(RuntimeException error, String part) {
        if (!error.getMessage().contains(part)) {
            throw new Unexpected(error + " has no " + part);
        }
    }

    private static String status(RuntimeException error) {
        return switch (error) {
            case DataConnectorsException failure -> "DC_ERR_" + failure.status();
            case IllegalStateException refusal when refusal.getMessage().contains("closed") -> "closed";
            case IllegalArgumentException refusal -> "DC_ERR_INVALID_ARGUMENT";
            default -> error.toString();
        };
    }

    private static Object fact(RuntimeException error, String name) {
        if (!(error instanceof DataConnectorsException failure)) {
            throw new Unexpected(error + " has no facts");
        }
        return switch (name) {
            case "http_status" -> failure.httpStatus() == null ? null : failure.httpStatus().longValue();
            case "api_code" -> failure.apiCode();
            case "api_field" -> failure.apiField();
            case "request_id" -> failure.requestId();
            case "retry_after_ms" -> failure.retryAfter() == null ? null : failure.retryAfter().toMillis();
            case "attempts" -> (long) failure.attempts();
            case "rate_limit", "rate_limit_remaining", "rate_limit_reset" -> limit(failure.rateLimit(), name);
            default -> throw new Unexpected("this runner doesn't know expect.error." + name);
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
        check("the number of rows", rows.size(), expected.size());
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
            case "state_code" -> code(row.knownState());
            case "http_method_code" -> code(row.knownHttpMethod());
            default -> throw new Unexpected("this runner doesn't know the field " + name);
        };
    }

    private static Long millis(Instant time) {
        return time == null ? null : time.toEpochMilli();
    }

    private static Long code(State state) {
        return state == null ? null : (long) state.code();
    }

    private static Long code(HttpMethod method) {
        return method == null ? null : (long) method.code();
    }

    private static void check(String what, Object got, Object expected) {
        if (!Objects.equals(got, expected)) {
            throw new Unexpected(what + " is " + got + ", and not " + expected);
        }
    }
}
