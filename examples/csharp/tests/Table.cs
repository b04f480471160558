// Compares the wrapper's functions and constants with abi/data_connectors.json.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Web.Script.Serialization;
using DataConnectors;
using static Support;

internal static class Table
{
    internal static void FunctionsAreTheHeaders()
    {
        var functions = (Dictionary<string, object>)Header()["functions"];
        FieldInfo[] bound = typeof(Native).GetFields(BindingFlags.Instance | BindingFlags.NonPublic);
        foreach (FieldInfo field in bound)
        {
            var function = (Dictionary<string, object>)functions[field.Name];
            MethodInfo method = field.FieldType.GetMethod("Invoke");
            IEnumerable<string> types = ((object[])function["parameters"]).Cast<string>().Select(AsParameter);
            // What frees is called with the bare pointer, by its SafeHandle.
            string parameters = field.Name.EndsWith("_free") ? "IntPtr" : string.Join(", ", types);
            string has = string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType)));
            Equal(field.Name + "(" + has + ")", field.Name + "(" + parameters + ")");
            string result = AsResult((string)function["returns"]);
            Equal(field.Name + ": " + Name(method.ReturnType), field.Name + ": " + result);
        }
        True(bound.Length > 30, "the functions were found");
    }

    private static string Name(Type type) => type.IsByRef ? "out " + type.GetElementType().Name : type.Name;

    private static string AsParameter(string c)
    {
        if (c == "const char *")
            return "Byte[]";
        if (c == "int64_t *")
            return "out Int64";
        if (c == "size_t *")
            return "out UIntPtr";
        Match handle = Regex.Match(c, @"^(?:const )?dc_(\w+) (\*+)$");
        if (!handle.Success)
            return AsResult(c);
        string name = handle.Groups[1].Value;
        name = name == "cancel_token" ? "Cancel" : char.ToUpperInvariant(name[0]) + name.Substring(1);
        return (handle.Groups[2].Value == "**" ? "out " : "") + name + "Handle";
    }

    private static string AsResult(string c)
    {
        switch (c)
        {
            case "void": return "Void";
            case "int32_t": return "Int32";
            case "int64_t": return "Int64";
            case "size_t": return "UIntPtr";
            case "dc_status": return "Status";
            case "dc_config *": return "ConfigHandle";
            case "const char *": return "IntPtr";
            default: throw new ArgumentException("a type that the test doesn't know: " + c);
        }
    }

    internal static void NumbersAreTheHeaders()
    {
        var constants = (Dictionary<string, object>)Header()["constants"];
        Equal((object)Native.AbiVersion, constants["DC_ABI_VERSION"]);
        Equal((object)Native.PackedSeparated, constants["DC_PACKED_SEPARATED"]);
        foreach (KeyValuePair<Type, string> kind in new Dictionary<Type, string>
        {
            [typeof(ConnectorState)] = "DC_STATE_",
            [typeof(ConnectorHttpMethod)] = "DC_HTTP_METHOD_",
            [typeof(Status)] = "DC_ERR_",
        })
        {
            IEnumerable<string> ours = Enum.GetNames(kind.Key).Select(name => kind.Value
                + Regex.Replace(name, "(?<=[a-z])(?=[A-Z])", "_").ToUpperInvariant()
                + "=" + (int)Enum.Parse(kind.Key, name));
            IEnumerable<string> theirs = constants.Where(one => one.Key.StartsWith(kind.Value)
                || (kind.Value == "DC_ERR_" && (one.Key == "DC_OK" || one.Key == "DC_DONE")))
                .Select(one => $"{kind.Value}{one.Key.Replace(kind.Value, "").Replace("DC_", "")}={one.Value}");
            Equal(string.Join(" ", ours.OrderBy(one => one)), string.Join(" ", theirs.OrderBy(one => one)));
        }
    }

    private static Dictionary<string, object> Header() => (Dictionary<string, object>)new JavaScriptSerializer()
        .DeserializeObject(File.ReadAllText(Path.Combine(AbiFolder, "data_connectors.json")));
}
