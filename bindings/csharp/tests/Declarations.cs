// Compares the wrapper's functions and constants with abi/data_connectors.json.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Web.Script.Serialization;
using DataConnectors;
using static Support;

internal static class Declarations
{
    internal static void FunctionsMatchTheHeader()
    {
        var functions = (Dictionary<string, object>)Header("functions");
        FieldInfo[] declared = typeof(Native).GetFields(BindingFlags.Instance | BindingFlags.NonPublic);
        foreach (FieldInfo field in declared)
        {
            var function = (Dictionary<string, object>)functions[field.Name];
            MethodInfo method = field.FieldType.GetMethod("Invoke");
            IEnumerable<string> parameters = ((object[])function["parameters"]).Cast<string>().Select(CSharpType);
            // A handle is freed by its bare pointer.
            string expected = field.Name.EndsWith("_free") ? "IntPtr" : string.Join(", ", parameters);
            string actual = string.Join(", ", method.GetParameters().Select(each => Name(each.ParameterType)));
            Equal(field.Name + "(" + actual + ")", field.Name + "(" + expected + ")");
            string result = CSharpType((string)function["returns"]).Replace("Byte[]", "IntPtr");
            Equal(Name(method.ReturnType), result == "Handle" ? "IntPtr" : result);
        }
        True(declared.Length > 30, "functions are declared");
    }

    internal static void ConstantsMatchTheHeader()
    {
        var constants = (Dictionary<string, object>)Header("constants");
        Equal((object)Native.AbiVersion, constants["DC_ABI_VERSION"]);
        Equal((object)Native.InfoName, constants["DC_INFO_NAME"]);
        Equal((object)Native.InfoReplaces, constants["DC_INFO_REPLACES"]);
        Equal((object)Native.PackedSeparated, constants["DC_PACKED_SEPARATED"]);
        foreach (Status status in Enum.GetValues(typeof(Status)))
            Equal((object)(int)status, constants[(status < 0 ? "DC_ERR_" : "DC_") + UpperCase(status)]);
        foreach (SnapshotState state in Enum.GetValues(typeof(SnapshotState)))
            if (state != SnapshotState.Unknown)
                Equal((object)(int)state, constants["DC_SNAPSHOT_" + UpperCase(state)]);
        Equal(Snapshot.ToState(2), SnapshotState.Refreshed);
        Equal(Snapshot.ToState(3), SnapshotState.Unknown);
        foreach (LogLevel level in Enum.GetValues(typeof(LogLevel)))
            Equal((object)(int)level, constants["DC_LOG_" + UpperCase(level)]);
    }

    internal static void ColumnsMatchTheHeader()
    {
        string[] fields = ((object[])Header("fields")).Cast<string>().ToArray();
        var packed = new List<byte>();
        for (int column = 0; column < 20; column++) // later versions may add columns
        {
            string value = column < fields.Length && fields[column] == "direct_fin_usage" ? "true" : $"{column}";
            packed.AddRange(Encoding.UTF8.GetBytes(value));
            packed.Add(0xFE);
        }
        Connector connector = Connector.Unpack(packed.ToArray()).Single();
        for (int column = 0; column < fields.Length; column++)
        {
            object value = typeof(Connector).GetProperty(PascalCase(fields[column])).GetValue(connector);
            Equal($"{fields[column]} {value}", $"{fields[column]} {(value is bool ? "True" : column.ToString())}");
        }
        Equal(connector.Json, "16");
    }

    internal static void PropertiesAreOptionsOfTheHeader()
    {
        IEnumerable<string> options = ((object[])Header("options"))
            .Select(option => (string)((Dictionary<string, object>)option)["name"]);
        foreach (PropertyInfo property in typeof(ClientOptions).GetProperties())
            if (property.GetIndexParameters().Length == 0 && !property.Name.StartsWith("Log"))
                True(options.Contains(UpperCase(property.Name).ToLowerInvariant()), property.Name + " is an option");
    }

    private static string UpperCase(object name) =>
        Regex.Replace(name.ToString(), "(?<=[a-z])(?=[A-Z])", "_").ToUpperInvariant();

    private static string PascalCase(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

    private static string Name(Type type) =>
        type.IsByRef ? "out " + type.GetElementType().Name : type.IsEnum ? "Int32" : type.Name;

    private static string CSharpType(string c)
    {
        switch (c)
        {
            case "void": return "Void";
            case "int32_t":
            case "dc_status": return "Int32";
            case "int64_t": return "Int64";
            case "size_t": return "UIntPtr";
            case "int64_t *": return "out Int64";
            case "size_t *": return "out UIntPtr";
            case "const char *": return "Byte[]";
            case "void *": return "IntPtr";
            case "dc_log_callback": return "LogCallback";
            case "dc_destroy_callback": return "Free";
            default: return c.EndsWith("**") ? "out IntPtr" : "Handle";
        }
    }

    private static object Header(string member) => ((Dictionary<string, object>)new JavaScriptSerializer()
        .DeserializeObject(File.ReadAllText(Path.Combine(AbiFolder, "data_connectors.json"))))[member];
}
