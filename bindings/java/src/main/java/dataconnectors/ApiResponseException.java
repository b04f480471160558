package dataconnectors;

/** An answer that isn't what the contract says, or that is larger than allowed. */
public final class ApiResponseException extends DataConnectorsException {
    private static final long serialVersionUID = 1;

    ApiResponseException(Failure failure) {
        super(failure);
    }
}
