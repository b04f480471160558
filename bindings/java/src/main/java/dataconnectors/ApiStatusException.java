package dataconnectors;

/** The service, or something in front of it, answered with a failure: HTTP 4xx or 5xx. */
public final class ApiStatusException extends DataConnectorsException {
    private static final long serialVersionUID = 1;

    ApiStatusException(Failure failure) {
        super(failure);
    }
}
