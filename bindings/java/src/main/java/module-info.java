/** Lists the data connectors of an Intercom workspace, with the native library libdata_connectors. */
module dataconnectors {
    exports dataconnectors;
}
