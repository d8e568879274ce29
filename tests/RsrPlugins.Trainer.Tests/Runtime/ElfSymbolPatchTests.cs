using System.Reflection;
using System.Text;
using RsrPlugins.Trainer.Runtime;
using TorchSharp;

namespace RsrPlugins.Trainer.Tests.Runtime;

public class ElfSymbolPatchTests
{
    [Fact]
    public void Torch_loads_on_this_system()
    {
        using torch.Tensor one = torch.ones(1);
        Assert.Equal(1f, one.item<float>());
    }

    [Fact]
    public void The_downloaded_library_is_redirected_once()
    {
        byte[] image = File.ReadAllBytes(Downloaded());
        byte[] original = image.ToArray();
        Assert.True(ElfSymbolPatch.Apply(image));
        Assert.Equal(original.Length, image.Length);
        Assert.Equal(0, Count(image, ElfSymbolPatch.WantedSymbol + '\0'));
        Assert.True(Count(image, ElfSymbolPatch.OlderSymbol + '\0') > Count(original, ElfSymbolPatch.OlderSymbol + '\0'));
        // The name (at most 28 bytes), a version index and a flag: nothing else may change.
        Assert.InRange(original.Zip(image).Count(pair => pair.First != pair.Second), 3, 32);
        Assert.False(ElfSymbolPatch.Apply(image));
    }

    [Fact]
    public void A_file_on_disk_is_replaced_only_if_it_asks_for_the_symbol()
    {
        using TemporaryFolder folder = new TemporaryFolder();
        string copy = folder.File("libLibTorchSharp.so");
        File.Copy(Downloaded(), copy);
        Assert.True(TorchRuntime.PatchFile(copy));
        Assert.False(TorchRuntime.PatchFile(copy));
        Assert.Equal([copy], TorchRuntime.FindLibraries(folder.Root));
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Something_else_is_refused() => Assert.Throws<InvalidDataException>(() => ElfSymbolPatch.Apply(new byte[100]));

    private static string Downloaded()
    {
        string package = typeof(ElfSymbolPatchTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(entry => entry.Key == "TorchSharpFolder")
            .Value!;
        return Path.Combine(package, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
    }

    private static int Count(byte[] image, string text)
    {
        byte[] pattern = Encoding.ASCII.GetBytes(text);
        int count = 0;
        for (int at = image.AsSpan().IndexOf(pattern); at >= 0;)
        {
            count++;
            int next = image.AsSpan(at + 1).IndexOf(pattern);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return count;
    }
}
