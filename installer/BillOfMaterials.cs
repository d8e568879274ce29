// The software bill of materials in CycloneDX 1.6 JSON. It holds no time and no random serial number: it says what is in the
// release, and the same release has the same bill.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RsrPlugins.Release;

/// <summary>A file of the release that is listed on its own: a native library or a network.</summary>
internal sealed record ShippedFile(string Path, string Sha256, string Type);

/// <summary>CycloneDX.</summary>
internal static class BillOfMaterials
{
    private static readonly JsonSerializerOptions _layout = new() { WriteIndented = true, NewLine = "\n" };

    public static string Write(string version, IEnumerable<Component> components, IEnumerable<ShippedFile> files)
    {
        JsonArray list = new JsonArray();
        foreach (
            Component component in components
                .DistinctBy(component => (component.Ecosystem, component.Name, component.Version))
                .OrderBy(PackageUrl, StringComparer.Ordinal)
        )
        {
            JsonObject item = new JsonObject
            {
                ["type"] = "library",
                ["bom-ref"] = PackageUrl(component),
                ["name"] = component.Name,
                ["version"] = component.Version,
                ["copyright"] = component.Copyright,
                ["licenses"] = new JsonArray(Licence(component.Licence)),
                ["purl"] = PackageUrl(component),
            };
            if (component.Sha512 is { } hash)
            {
                item["hashes"] = new JsonArray(Hash("SHA-512", Convert.ToHexStringLower(Convert.FromBase64String(hash))));
            }

            list.Add(item);
        }

        foreach (ShippedFile file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            list.Add(
                new JsonObject
                {
                    ["type"] = file.Type,
                    ["bom-ref"] = "file:" + file.Path,
                    ["name"] = file.Path,
                    ["version"] = version,
                    ["hashes"] = new JsonArray(Hash("SHA-256", file.Sha256)),
                }
            );
        }

        JsonObject bill = new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["component"] = new JsonObject
                {
                    ["type"] = "application",
                    ["bom-ref"] = "RsrPlugins@" + version,
                    ["name"] = "RsrPlugins",
                    ["version"] = version,
                    ["licenses"] = new JsonArray(Licence("MIT")),
                },
            },
            ["components"] = list,
        };
        return bill.ToJsonString(_layout) + "\n";
    }

    private static string PackageUrl(Component component) => $"pkg:{component.Ecosystem}/{component.Name}@{component.Version}";

    private static JsonObject Hash(string algorithm, string content) => new() { ["alg"] = algorithm, ["content"] = content };

    /// <summary>A licence file's name is not an SPDX id and may only be given as a name.</summary>
    private static JsonObject Licence(string licence) =>
        new()
        {
            ["license"] = new JsonObject { [licence.Contains("LICENSE", StringComparison.OrdinalIgnoreCase) ? "name" : "id"] = licence },
        };
}
