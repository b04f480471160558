import dataconnectors.Client;
import dataconnectors.Connector;
import dataconnectors.Connectors;
import dataconnectors.DataConnectorsException;
import dataconnectors.ListOptions;

/** Lists the data connectors of the workspace whose access token is in INTERCOM_ACCESS_TOKEN. Arguments: [BASE_URL] */
class ListConnectors {
    public static void main(String[] arguments) {
        try (Client client = Client.builder()
                        .accessToken(System.getenv("INTERCOM_ACCESS_TOKEN"))
                        .baseUrl(arguments.length > 0 ? arguments[0] : null)
                        .build();
                Connectors connectors = client.list(ListOptions.DEFAULT.perPage(50))) {
            for (Connector connector : connectors) {
                System.out.println(connector.id() + " " + connector.state() + " "
                        + connector.updatedAt() + " " + connector.name());
            }
        } catch (IllegalArgumentException | DataConnectorsException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
