import dataconnectors.Client;
import dataconnectors.Connector;
import dataconnectors.Connectors;
import dataconnectors.DataConnectorsException;
import dataconnectors.ListOptions;

/** Lists the data connectors of the workspace whose token INTERCOM_ACCESS_TOKEN has. Arguments: [BASE_URL] */
class ListConnectors {
    public static void main(String[] arguments) {
        var builder = Client.builder().token(System.getenv("INTERCOM_ACCESS_TOKEN"));
        if (arguments.length > 0) {
            builder.baseUrl(arguments[0]);
        }
        try (Client client = builder.build();
                Connectors connectors = client.connectors(ListOptions.DEFAULT.perPage(50))) {
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
