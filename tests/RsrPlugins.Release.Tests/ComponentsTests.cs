// Notices and bill of materials rest on the list of components, so nothing that is shipped may be missing from it.
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RsrPlugins.Release.Tests;

public sealed class ComponentsTests
{
    private static readonly Repository _repository = Repository.Find(AppContext.BaseDirectory);

    [Fact]
    public void Packages_that_ship_files_are_listed_with_their_licence_and_others_are_not()
    {
        using TemporaryFolder folder = RestoredProject(licenceFile: true);
        Component component = Assert.Single(Components.FromNuGet(Path.Combine(folder.Path, "project.assets.json"), null, folder.Path));

        Assert.Equal(("nuget", "Some.Library", "1.2.3"), (component.Ecosystem, component.Name, component.Version));
        Assert.Equal("Copyright of Some.Library", component.Copyright);
        Assert.Equal([("LICENSE.txt", "the terms"), ("ThirdPartyNotices.txt", "the notices")], component.Texts);
    }

    [Fact]
    public void A_package_without_a_licence_text_is_an_error_that_says_where_to_put_one()
    {
        using TemporaryFolder folder = RestoredProject(licenceFile: false);
        ReleaseException error = Assert.Throws<ReleaseException>(() =>
            Components.FromNuGet(Path.Combine(folder.Path, "project.assets.json"), null, folder.Path)
        );
        Assert.Contains(Path.Combine(folder.Path, "Zlib.txt"), error.Message, StringComparison.Ordinal);

        folder.Write("Zlib.txt", "standard terms");
        Component component = Assert.Single(Components.FromNuGet(Path.Combine(folder.Path, "project.assets.json"), null, folder.Path));
        Assert.Equal(("Zlib", "standard terms"), component.Texts[0]);
    }

    [Fact]
    public void The_lock_file_pins_every_package_by_its_hash_and_names_no_registry()
    {
        string lockFile = _repository.PathOf("installer", "native", "package-lock.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(lockFile));
        foreach (
            JsonProperty package in document.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0)
        )
        {
            Assert.StartsWith("sha512-", package.Value.GetProperty("integrity").GetString(), StringComparison.Ordinal);
            Assert.False(package.Value.TryGetProperty("resolved", out _), package.Name);
        }

        Component runtime = Components.FromNpm(lockFile, "onnxruntime-node", []);
        Assert.Contains(
            $"\"onnxruntime-node\": \"{runtime.Version}\"",
            File.ReadAllText(_repository.PathOf("installer", "native", "package.json")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Notices_name_every_component_with_all_its_texts()
    {
        string notices = ThirdPartyNotices.Write("Product", Sample(), "A remark.");
        Assert.Contains("A remark.", notices, StringComparison.Ordinal);
        foreach (string part in (string[])["Alpha 1.0", "Copyright Alpha", "terms of Alpha", "Beta 2.0", "Copyright Beta", "terms of Beta"])
        {
            Assert.Contains(part, notices, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_bill_of_materials_is_the_same_whatever_the_order()
    {
        ShippedFile[] files = [new("models/a.onnx", "00ff", "machine-learning-model")];
        string bill = BillOfMaterials.Write("1.0.0", Sample(), files);
        Assert.Equal(bill, BillOfMaterials.Write("1.0.0", [.. Sample().Reverse(), Sample()[0]], files));

        using JsonDocument document = JsonDocument.Parse(bill);
        Assert.Equal("CycloneDX", document.RootElement.GetProperty("bomFormat").GetString());
        Assert.Equal(
            ["pkg:npm/Beta@2.0", "pkg:nuget/Alpha@1.0"],
            document
                .RootElement.GetProperty("components")
                .EnumerateArray()
                .Where(component => component.TryGetProperty("purl", out _))
                .Select(component => component.GetProperty("purl").GetString())
        );
        Assert.DoesNotMatch(new Regex("timestamp|serialNumber"), bill);
    }

    private static Component[] Sample() =>
        [
            new("nuget", "Alpha", "1.0", "AAEC", "MIT", "Copyright Alpha", null, [("LICENSE", "terms of Alpha")]),
            new("npm", "Beta", "2.0", null, "MIT", "Copyright Beta", null, [("LICENSE", "terms of Beta")]),
        ];

    /// <summary>A restored project with one package that ships a file and one that is only used while building.</summary>
    private static TemporaryFolder RestoredProject(bool licenceFile)
    {
        TemporaryFolder folder = new TemporaryFolder();
        folder.Write(
            "packages/some.library/1.2.3/some.library.nuspec",
            """<package><metadata><id>Some.Library</id><version>1.2.3</version><license type="expression">Zlib</license><copyright>Copyright of Some.Library</copyright></metadata></package>"""
        );
        folder.Write("packages/some.library/1.2.3/ThirdPartyNotices.txt", "the notices");
        if (licenceFile)
        {
            folder.Write("packages/some.library/1.2.3/LICENSE.txt", "the terms");
        }

        folder.Write(
            "project.assets.json",
            $$"""
            {
              "packageFolders": { {{JsonSerializer.Serialize(Path.Combine(folder.Path, "packages"))}}: {} },
              "libraries": {
                "Some.Library/1.2.3": { "type": "package", "sha512": "AAEC", "path": "some.library/1.2.3" },
                "Some.Analyzer/1.0.0": { "type": "package", "sha512": "AAEC", "path": "some.analyzer/1.0.0" },
                "Our.Project/1.0.0": { "type": "project" }
              },
              "targets": { "net10.0": {
                "Some.Library/1.2.3": { "runtime": { "lib/net8.0/Some.Library.dll": {} } },
                "Some.Analyzer/1.0.0": { "runtime": { "lib/net8.0/_._": {} } },
                "Our.Project/1.0.0": { "runtime": { "bin/Our.Project.dll": {} } }
              } },
              "project": { "frameworks": { "net10.0": {} } }
            }
            """
        );
        return folder;
    }
}
