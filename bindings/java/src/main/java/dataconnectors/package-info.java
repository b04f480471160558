/**
 * Lists the data connectors of an Intercom workspace ({@code GET /data_connectors}), with the native library
 * libdata_connectors.
 *
 * <p>Start with {@link dataconnectors.Client#builder()}. A value that the service did not send is {@code null}. An
 * invalid option or argument throws an {@link java.lang.IllegalArgumentException}, use of a closed object an
 * {@link java.lang.IllegalStateException}, and any other failure a {@link dataconnectors.DataConnectorsException}. If
 * the native library is missing or unusable, its first use throws an {@link java.lang.UnsatisfiedLinkError} that
 * explains what to do.
 */
package dataconnectors;
