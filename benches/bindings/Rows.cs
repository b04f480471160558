// Our C# file: id, name, state and updated_at of each row, as in its README.
using System;
using DataConnectors;

static class Rows
{
    static void Main(string[] args)
    {
        long rows = 0, sum = 0;
        using (var client = new Client(new ClientOptions { AccessToken = "any", BaseUrl = $"{args[0]}/pages/{args[1]}" }))
            foreach (Connector row in client.List(perPage: 50))
            {
                rows++;
                sum += long.Parse(row.Id) + row.Name.Length + row.State.Length + row.UpdatedAt.Length;
            }
        Console.WriteLine($"rows={rows} sum={sum}");
    }
}
