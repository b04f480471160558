package dataconnectors;

/** No connection to the service, or one that broke, took too long, or could not be trusted. */
public final class ApiConnectionException extends DataConnectorsException {
    private static final long serialVersionUID = 1;

    ApiConnectionException(Failure failure) {
        super(failure);
    }
}
