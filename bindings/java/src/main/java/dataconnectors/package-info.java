/**
 * Lists the data connectors of an Intercom workspace ({@code GET /data_connectors}), through the native library
 * libdata_connectors.
 *
 * <p>Begin with {@link dataconnectors.Client#builder()}. A fact that the service did not give is {@code null}
 * throughout. What a program did wrong is an {@link java.lang.IllegalArgumentException} (a setting or an argument was
 * refused, and nothing was sent) or an {@link java.lang.IllegalStateException} (something was used after it was
 * closed); every other failure is a {@link dataconnectors.DataConnectorsException}. Where the native library is
 * missing, or isn't the one that this package needs, its first use is an {@link java.lang.UnsatisfiedLinkError} that
 * says what to do.
 */
package dataconnectors;
