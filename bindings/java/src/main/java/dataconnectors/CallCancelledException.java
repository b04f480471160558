package dataconnectors;

/**
 * The call was cancelled by its {@link CancelToken}, by {@link Client#shutdown()}, or by an interrupt of its thread,
 * which stays interrupted.
 */
public final class CallCancelledException extends DataConnectorsException {
    private static final long serialVersionUID = 1;

    CallCancelledException(Failure failure) {
        super(failure);
    }
}
