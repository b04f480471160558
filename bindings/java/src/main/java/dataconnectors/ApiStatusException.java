package dataconnectors;

/** The service, or a gateway in front of it, sent an HTTP error response: 4xx or 5xx. */
public final class ApiStatusException extends DataConnectorsException {
    private static final long serialVersionUID = 1;

    ApiStatusException(Failure failure) {
        super(failure);
    }
}
