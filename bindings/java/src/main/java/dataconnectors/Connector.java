package dataconnectors;

import java.time.Instant;

/**
 * One data connector. A field that the service left out, or that is null or of another type than documented, is null.
 *
 * @param type the type of the row: {@code data_connector}
 * @param id the unique id, digits
 * @param name the name
 * @param description what it does
 * @param state {@code draft} or {@code live}; other values may come
 * @param httpMethod the method of the request that it makes, such as {@code get}; other values may come
 * @param directFinUsage whether it is assigned to Fin for direct usage
 * @param createdByAdminId the id of the admin who created it
 * @param updatedByAdminId the id of the admin who last updated it
 * @param createdAt when it was created, in milliseconds; null also where the text is no time, or before 1970
 * @param updatedAt when it was last updated, likewise
 * @param createdAtText when it was created, as the service writes it: {@code 2025-11-15T09:30:00Z}
 * @param updatedAtText when it was last updated, as the service writes it
 * @param executionResultsUrl the path of its execution results
 * @param json the whole row as the service sent it, fields that no document names and all; never null
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
     * The state for programs that tell cases apart.
     *
     * @return null when absent; {@link State#UNKNOWN} for a word that this version doesn't know
     */
    public State knownState() {
        return State.of(state);
    }

    /**
     * The method for programs that tell cases apart.
     *
     * @return null when absent; {@link HttpMethod#UNKNOWN} for a word that this version doesn't know
     */
    public HttpMethod knownHttpMethod() {
        return HttpMethod.of(httpMethod);
    }
}
