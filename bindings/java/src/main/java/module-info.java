/** Lists the data connectors of an Intercom workspace, through the native library libdata_connectors. */
module dataconnectors {
    exports dataconnectors;
}
