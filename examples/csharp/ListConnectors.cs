// Lists the data connectors of a workspace: id, state and name. The token is taken from INTERCOM_ACCESS_TOKEN.

using System;
using System.Threading;
using DataConnectors;

internal static class ListConnectors
{
    private const string Usage = "usage: ListConnectors [--base-url URL] [--per-page N]";

    private static int Main(string[] arguments)
    {
        var options = new ClientOptions { Token = Environment.GetEnvironmentVariable("INTERCOM_ACCESS_TOKEN") };
        int perPage = 0;
        for (int at = 0; at < arguments.Length; at += 2)
        {
            string value = at + 1 < arguments.Length ? arguments[at + 1] : null;
            if (arguments[at] == "--base-url" && value != null)
                options.BaseUrl = value;
            else if (arguments[at] != "--per-page" || !int.TryParse(value, out perPage))
                return Complain(Usage, 2);
        }

        using (var stop = new CancellationTokenSource())
        {
            // Ctrl-C ends the call under way, and the program by itself.
            Console.CancelKeyPress += (sender, pressed) =>
            {
                pressed.Cancel = true;
                stop.Cancel();
            };
            try
            {
                using (var client = new Client(options))
                    foreach (Connector connector in client.List(perPage, cancellationToken: stop.Token))
                        Console.WriteLine($"{connector.Id ?? "-"} {connector.State ?? "-"} {connector.Name ?? "-"}");
                return 0;
            }
            catch (OperationCanceledException)
            {
                return 130; // as a shell expects it
            }
            catch (DataConnectorsException error)
            {
                return Complain(error.Message, 1);
            }
            catch (DllNotFoundException error)
            {
                return Complain(error.Message, 1);
            }
        }
    }

    private static int Complain(string message, int exitCode)
    {
        Console.Error.WriteLine("ListConnectors: " + message);
        return exitCode;
    }
}
