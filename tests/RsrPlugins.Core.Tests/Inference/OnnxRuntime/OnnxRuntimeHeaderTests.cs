// The binding's positions in the function table against the C headers of the very package the library comes from.
using System.Reflection;
using System.Text.RegularExpressions;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.OnnxRuntime;

namespace RsrPlugins.Core.Tests.Inference.OnnxRuntime;

public partial class OnnxRuntimeHeaderTests
{
    [Fact]
    public void Every_table_index_is_the_headers()
    {
        List<string> table = FunctionTable(Header("onnxruntime_c_api.h"));
        FieldInfo[] used = typeof(OrtApiIndex).GetFields(BindingFlags.Public | BindingFlags.Static);
        Assert.True(used.Length > 30, $"{used.Length} functions");
        foreach (FieldInfo field in used)
        {
            int index = (int)field.GetRawConstantValue()!;
            Assert.True(
                table[index] == field.Name,
                $"{field.Name} is bound to position {index}, which is {table[index]}; the header has it at {table.IndexOf(field.Name)}"
            );
        }
    }

    [Fact]
    public void Error_codes_are_the_headers()
    {
        string body = Regex
            .Match(Header("onnxruntime_error_code.h"), @"typedef enum OrtErrorCode \{(.*?)\}", RegexOptions.Singleline)
            .Groups[1]
            .Value;
        string[] codes =
        [
            .. Regex.Matches(body, @"ORT_(\w+)").Select(match => match.Groups[1].Value.Replace("_", "", StringComparison.Ordinal)),
        ];
        foreach (OrtErrorCode code in Enum.GetValues<OrtErrorCode>())
        {
            Assert.Equal(code.ToString().ToUpperInvariant(), codes[(int)code]);
        }
    }

    /// <summary>Members of struct OrtApi in order: one per declaration, named in the macro's or the pointer's brackets.</summary>
    private static List<string> FunctionTable(string header)
    {
        int start = header.IndexOf("struct OrtApi {", StringComparison.Ordinal);
        string body = header[(header.IndexOf('{', start) + 1)..header.IndexOf("\n};", start, StringComparison.Ordinal)];
        List<string> names = new List<string>();
        foreach (string declaration in body.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            Match member = Member().Match(declaration);
            Assert.True(member.Success, $"Not understood: {declaration}");
            string release = member.Groups["macro"].Value == "ORT_CLASS_RELEASE" ? "Release" : string.Empty;
            names.Add(release + member.Groups["name"].Value);
        }

        return names;
    }

    /// <summary>A header's text without comments and preprocessor lines.</summary>
    private static string Header(string name)
    {
        string folder = typeof(OnnxRuntimeHeaderTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "OnnxRuntimeHeaders")
            .Value!;
        return Comments().Replace(File.ReadAllText(Path.Combine(folder, name)), " ");
    }

    [GeneratedRegex(@"/\*.*?\*/|//[^\n]*|^\#[^\n]*", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(
        @"^(?<macro>ORT_API2_STATUS|ORT_CLASS_RELEASE)\(\s*(?<name>\w+)|^ORT_API_T\([^,]+,\s*(?<name>\w+)|\(ORT_API_CALL\s*\*\s*(?<name>\w+)\)"
    )]
    private static partial Regex Member();
}
