package dataconnectors;

import java.time.Instant;

/**
 * One data connector. A field that is absent, null, or not of its documented type is null.
 *
 * @param type the type of the row, {@code data_connector}
 * @param id the id, a string of digits
 * @param name the name
 * @param description the description
 * @param state {@code draft}, {@code live}, or one that is added later
 * @param httpMethod the HTTP method of the request that it makes, such as {@code get}
 * @param directFinUsage whether Fin may use it directly
 * @param createdByAdminId the id of the admin who created it
 * @param updatedByAdminId the id of the admin who last updated it
 * @param createdAt when it was created, in milliseconds; null if absent, not an RFC 3339 time, or before 1970
 * @param updatedAt when it was last updated, likewise
 * @param createdAtText when it was created, as the service sent it: {@code 2025-11-15T09:30:00Z}
 * @param updatedAtText when it was last updated, as the service sent it
 * @param executionResultsUrl the path of its execution results
 * @param json the row as the service sent it, including undocumented fields
 */
public record Connector(
        String type,
        String id,
        String name,
        String description,
        String state,
        String httpMethod,
        Boolean directFinUsage,
        String createdByAdminId,
        String updatedByAdminId,
        Instant createdAt,
        Instant updatedAt,
        String createdAtText,
        String updatedAtText,
        String executionResultsUrl,
        String json) {

    /**
     * Returns the state as a constant, for a {@code switch}.
     *
     * @return null if absent; {@link State#UNKNOWN} for a state that this version doesn't know
     */
    public State knownState() {
        return Status.named(State.UNKNOWN, state);
    }

    /**
     * Returns the HTTP method as a constant, for a {@code switch}.
     *
     * @return null if absent; {@link HttpMethod#UNKNOWN} for a method that this version doesn't know
     */
    public HttpMethod knownHttpMethod() {
        return Status.named(HttpMethod.UNKNOWN, httpMethod);
    }
}
