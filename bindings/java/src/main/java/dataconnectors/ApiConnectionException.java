package dataconnectors;

/** A connection, its TLS handshake or a proxy failed, or a timeout expired. */
public final class ApiConnectionException extends DataConnectorsException {
    private static final long serialVersionUID = 1;

    ApiConnectionException(Failure failure) {
        super(failure);
    }
}
