// Servers, processes and assertions.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using DataConnectors;

internal static class Support
{
    internal const string AccessToken = "canary-7d1f-token";
    internal static readonly string Folder = AppDomain.CurrentDomain.BaseDirectory;
    internal static readonly string Library = Environment.GetEnvironmentVariable("DATA_CONNECTORS_LIBRARY");

    /// <summary>The folder of data_connectors.json.</summary>
    internal static string AbiFolder { get; set; }

    internal static Client NewClient(string url) =>
        new Client(new ClientOptions { AccessToken = AccessToken, BaseUrl = url, MaxRetries = 0 });

    internal static void True(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException("expected: " + what);
    }

    internal static void Equal<T>(T actual, T expected) => True(Equals(actual, expected), $"{expected}, got {actual}");

    internal static void Contains(Exception error, params string[] parts) => Contains(error.Message, parts);

    internal static void Contains(string text, params string[] parts)
    {
        foreach (string part in parts)
            True(text.Contains(part), $"\"{part}\" in: {text}");
        True(!text.Contains(AccessToken), "no access token in: " + text);
    }

    internal static Exception Caught(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    internal static T Throws<T>(Action action) where T : Exception
    {
        Exception error = Caught(action);
        return error as T ?? throw new InvalidOperationException($"expected: {typeof(T).Name}, got {error}");
    }

    internal static DataConnectorsException Rejected(Action action) => Throws<DataConnectorsException>(action);

    internal static DataConnectorsException Rejected(ClientOptions options)
    {
        options.AccessToken = AccessToken;
        return Rejected(() => new Client(options));
    }

    /// <summary>Runs the README's first program, and returns its output.</summary>
    internal static string RunFirstProgram(string arguments, string library, out int exitStatus) =>
        Run("mono", $"\"{Path.Combine(Folder, "readme-1.exe")}\" {arguments}", library, out exitStatus);

    /// <summary>Compiles a shared library.</summary>
    internal static string Compile(string name, string text)
    {
        string source = Path.Combine(Folder, name + ".c"), library = Path.Combine(Folder, name + ".so");
        File.WriteAllText(source, text + "\n");
        string output = Run("cc", $"-shared -fPIC \"{source}\" -o \"{library}\"", Library, out int exitStatus);
        Equal(output + exitStatus, "0");
        return library;
    }

    private static string Run(string command, string arguments, string library, out int exitStatus)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.EnvironmentVariables["DATA_CONNECTORS_LIBRARY"] = library;
        start.EnvironmentVariables["INTERCOM_ACCESS_TOKEN"] = AccessToken;
        using (Process process = Process.Start(start))
        {
            string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            exitStatus = process.ExitCode;
            return output;
        }
    }

    /// <summary>Returns all strings that can be reached from an object.</summary>
    internal static List<string> Strings(object root)
    {
        var strings = new List<string>();
        var seen = new HashSet<object>();
        var left = new Stack<object>(new[] { root });
        while (left.Count > 0)
        {
            object one = left.Pop();
            if (one is byte[] bytes)
                strings.Add(Encoding.UTF8.GetString(bytes));
            if (one is string text)
                strings.Add(text);
            if (one == null || one is string || one is Native || one is MemberInfo || one is Pointer || !seen.Add(one))
                continue;
            if (one is Array array && !array.GetType().GetElementType().IsPrimitive)
                foreach (object element in array)
                    left.Push(element);
            for (Type type = one.GetType(); type != null && !type.IsPrimitive; type = type.BaseType)
                foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic
                    | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(field => !field.FieldType.IsPointer))
                    left.Push(field.GetValue(one));
        }
        return strings;
    }

    internal static long Memory() =>
        long.Parse(Regex.Match(File.ReadAllText("/proc/self/status"), @"VmRSS:\s+(\d+)").Groups[1].Value);

    internal static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}

/// <summary>A running sandbox.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly Process process;

    internal Sandbox(string arguments)
    {
        process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        Url = process.StandardOutput.ReadLine();
    }

    internal static string Program { get; set; }

    internal string Url { get; }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

/// <summary>A server that sends these responses in order, each "status\nbody"; null: it never responds.</summary>
internal sealed class Responses : IDisposable
{
    private readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
    private readonly List<TcpClient> connections = new List<TcpClient>();
    private readonly SemaphoreSlim requests = new SemaphoreSlim(0);
    private readonly ManualResetEventSlim released = new ManualResetEventSlim(true);
    private readonly Thread thread;

    internal Responses(params string[] responses)
    {
        listener.Start();
        Url = "http://" + listener.LocalEndpoint;
        thread = new Thread(() =>
        {
            var senders = new List<Thread>();
            for (int at = 0; Support.Caught(() => connections.Add(listener.AcceptTcpClient())) == null; at++)
            {
                TcpClient connection = connections.Last();
                string response = responses[Math.Min(at, responses.Length - 1)];
                senders.Add(new Thread(() => Support.Caught(() => Respond(connection, response))));
                senders.Last().Start();
            }
            connections.ForEach(connection => connection.Dispose());
            senders.ForEach(sender => sender.Join());
        });
        thread.Start();
    }

    internal string Url { get; }

    /// <summary>Whether it sends no response for the time being.</summary>
    internal bool HoldsResponses
    {
        set
        {
            if (value)
                released.Reset();
            else
                released.Set();
        }
    }

    /// <summary>Waits until it has received this many requests more.</summary>
    internal void AwaitRequests(int count)
    {
        for (int received = 0; received < count; received++)
            Support.True(requests.Wait(10000), "a request within 10 s");
    }

    public void Dispose()
    {
        released.Set();
        listener.Stop();
        thread.Join();
    }

    private void Respond(TcpClient connection, string response)
    {
        NetworkStream stream = connection.GetStream();
        stream.Read(new byte[65536], 0, 65536);
        requests.Release();
        released.Wait();
        if (response == null)
            return;
        string[] parts = response.Split(new[] { '\n' }, 2);
        byte[] bytes = Encoding.UTF8.GetBytes($"HTTP/1.1 {parts[0]}\r\nConnection: close\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(parts[1])}\r\n\r\n{parts[1]}");
        stream.Write(bytes, 0, bytes.Length);
        connection.Dispose();
    }
}
