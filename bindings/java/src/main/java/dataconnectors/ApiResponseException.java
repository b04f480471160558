package dataconnectors;

/** The response is malformed, too large, or repeats a cursor. */
public final class ApiResponseException extends DataConnectorsException {
    private static final long serialVersionUID = 1;

    ApiResponseException(Failure failure) {
        super(failure);
    }
}
