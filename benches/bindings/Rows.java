// Our Java package: id, name, state and updatedAt of each row, as in its README.
import dataconnectors.Client;
import dataconnectors.Connector;
import dataconnectors.ListOptions;

class Rows {
    public static void main(String[] args) {
        long rows = 0, sum = 0;
        try (Client client = Client.builder().accessToken("any").baseUrl(args[0] + "/pages/" + args[1]).build()) {
            for (Connector row : client.list(ListOptions.DEFAULT.perPage(50))) {
                rows++;
                sum += Long.parseLong(row.id()) + row.name().length() + row.state().length() + row.updatedAtText().length();
            }
        }
        System.out.println("rows=" + rows + " sum=" + sum);
    }
}
