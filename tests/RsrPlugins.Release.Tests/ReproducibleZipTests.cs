// The promise of the release: same files, same bytes.
using System.IO.Compression;

namespace RsrPlugins.Release.Tests;

public sealed class ReproducibleZipTests
{
    [Fact]
    public void Order_and_time_of_writing_leave_no_trace()
    {
        using TemporaryFolder temporary = new TemporaryFolder();
        string[] names = ["b.txt", "a.txt", "sub/c.txt", "Z.txt"];
        List<byte[]> bytes = new List<byte[]>();
        foreach (string run in (string[])["first", "second"])
        {
            foreach (string name in run == "first" ? names : names.Reverse())
            {
                File.SetLastWriteTimeUtc(
                    temporary.Write($"{run}/product/{name}", "content of " + name),
                    run == "first" ? new DateTime(2020, 1, 1) : new DateTime(2026, 5, 5)
                );
            }

            string zip = Path.Combine(temporary.Path, run + ".zip");
            ReproducibleZip.Create(Path.Combine(temporary.Path, run, "product"), zip);
            bytes.Add(File.ReadAllBytes(zip));
        }

        Assert.Equal(bytes[0], bytes[1]);
    }

    [Fact]
    public void Only_programs_may_be_run_on_Unix()
    {
        using TemporaryFolder temporary = new TemporaryFolder();
        temporary.Write("rsr-1.0/rsr", "program");
        temporary.Write("rsr-1.0/models/models.json", "{}");
        string zip = Path.Combine(temporary.Path, "rsr.zip");
        ReproducibleZip.Create(Path.Combine(temporary.Path, "rsr-1.0"), zip, "rsr");

        using ZipArchive archive = ZipFile.OpenRead(zip);
        Assert.Equal(["rsr-1.0/models/models.json", "rsr-1.0/rsr"], archive.Entries.Select(entry => entry.FullName));
        Assert.Equal("644", Rights(archive.Entries[0]));
        Assert.Equal("755", Rights(archive.Entries[1]));

        static string Rights(ZipArchiveEntry entry) => Convert.ToString((entry.ExternalAttributes >> 16) & 0x1FF, 8);
    }
}
