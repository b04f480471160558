// What the tests stand on: servers, processes, and what they take for true.

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
    internal const string Token = "canary-7d1f-token";
    internal static readonly string Folder = AppDomain.CurrentDomain.BaseDirectory;
    internal static readonly string Library = Environment.GetEnvironmentVariable("DATA_CONNECTORS_LIBRARY");

    /// <summary>The folder of data_connectors.json.</summary>
    internal static string AbiFolder { get; set; }

    internal static Client NewClient(string url) =>
        new Client(new ClientOptions { Token = Token, BaseUrl = url, MaxRetries = 0 });

    internal static void True(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }

    internal static void Equal<T>(T got, T expected) => True(Equals(got, expected), $"{got}, and not {expected}");

    internal static void Says(Exception error, params string[] parts) => Says(error.Message, parts);

    internal static void Says(string text, params string[] parts)
    {
        foreach (string part in parts)
            True(text.Contains(part), $"that has no \"{part}\": {text}");
        True(!text.Contains(Token), "that has the token: " + text);
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
        return error as T ?? throw new InvalidOperationException($"no {typeof(T).Name}, but {error}");
    }

    internal static DataConnectorsException Refused(Action action) => Throws<DataConnectorsException>(action);

    internal static DataConnectorsException Refused(ClientOptions options)
    {
        options.Token = options.Token ?? Token;
        return Refused(() => new Client(options));
    }

    /// <summary>What the program complains of with a library, which has to end it with 1.</summary>
    internal static string Listed(string library, string arguments = "")
    {
        string output = RunProgram(arguments, library, out int code);
        Equal(code, 1);
        True(output.StartsWith("ListConnectors: ") && output.Trim().IndexOf('\n') < 0, "one line: " + output);
        return output;
    }

    /// <summary>What the program prints, on standard output and standard error.</summary>
    internal static string RunProgram(string arguments, string library, out int code)
    {
        string program = Path.Combine(Folder, "ListConnectors.exe");
        return Run("mono", $"\"{program}\" {arguments}", library, out code);
    }

    /// <summary>A shared library of this C text.</summary>
    internal static string Compiled(string name, string text)
    {
        string source = Path.Combine(Folder, name + ".c"), library = Path.Combine(Folder, name + ".so");
        File.WriteAllText(source, text + "\n");
        string output = Run("cc", $"-shared -fPIC \"{source}\" -o \"{library}\"", Library, out int code);
        True(code == 0, output);
        return library;
    }

    private static string Run(string command, string arguments, string library, out int code)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.EnvironmentVariables["DATA_CONNECTORS_LIBRARY"] = library;
        start.EnvironmentVariables["INTERCOM_ACCESS_TOKEN"] = Token;
        using (Process process = Process.Start(start))
        {
            string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            code = process.ExitCode;
            return output;
        }
    }

    /// <summary>Every text in the fields of an object, and of what they refer to.</summary>
    internal static List<string> Texts(object root)
    {
        var texts = new List<string>();
        var seen = new HashSet<object>();
        var left = new Stack<object>(new[] { root });
        while (left.Count > 0)
        {
            object one = left.Pop();
            if (one is byte[] bytes)
                texts.Add(Encoding.UTF8.GetString(bytes));
            if (one is string text)
                texts.Add(text);
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
        return texts;
    }

    internal static long Memory() =>
        long.Parse(Regex.Match(File.ReadAllText("/proc/self/status"), @"VmRSS:\s+(\d+)").Groups[1].Value);

    internal static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}

/// <summary>The project's sandbox, until it is disposed of.</summary>
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

/// <summary>A server that gives one answer after the other, each "status\nbody"; null: none comes.</summary>
internal sealed class Answers : IDisposable
{
    private readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
    private readonly List<TcpClient> connections = new List<TcpClient>();
    private readonly Thread thread;

    internal Answers(params string[] answers)
    {
        listener.Start();
        Url = "http://" + listener.LocalEndpoint;
        thread = new Thread(() =>
        {
            for (int at = 0; Support.Caught(() => connections.Add(listener.AcceptTcpClient())) == null; at++)
                if (answers[Math.Min(at, answers.Length - 1)] is string answer)
                    Answer(connections.Last(), answer.Split(new[] { '\n' }, 2));
        });
        thread.Start();
    }

    internal string Url { get; }

    public void Dispose()
    {
        listener.Stop();
        thread.Join();
        connections.ForEach(connection => connection.Dispose());
    }

    private static void Answer(TcpClient connection, string[] answer)
    {
        using (connection)
        {
            NetworkStream stream = connection.GetStream();
            stream.Read(new byte[65536], 0, 65536);
            byte[] bytes = Encoding.UTF8.GetBytes($"HTTP/1.1 {answer[0]}\r\nConnection: close\r\n"
                + $"Content-Length: {Encoding.UTF8.GetByteCount(answer[1])}\r\n\r\n{answer[1]}");
            stream.Write(bytes, 0, bytes.Length);
        }
    }
}
