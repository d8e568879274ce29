// GIMP's parasites: named bytes that an image or a layer carries, that XCF files keep, and that undo takes back.
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp.Editor;

internal static unsafe class Parasites
{
    /// <summary>The bytes of a parasite that is ours to free; null for none.</summary>
    public static byte[]? Take(nint parasite)
    {
        if (parasite == 0)
        {
            return null;
        }

        byte* data = LibGimp.gimp_parasite_get_data(parasite, out uint size);
        byte[] bytes = data is null ? [] : new ReadOnlySpan<byte>(data, checked((int)size)).ToArray();
        LibGimp.gimp_parasite_free(parasite);
        return bytes;
    }

    /// <summary>Makes one for the time of a call: GIMP keeps a copy.</summary>
    public static void With(string name, byte[] data, Action<nint> use)
    {
        nint parasite;
        fixed (byte* bytes = data)
        {
            parasite = LibGimp.gimp_parasite_new(name, LibGimp.ParasitePersistentUndoable, (uint)data.Length, bytes);
        }

        try
        {
            use(parasite);
        }
        finally
        {
            LibGimp.gimp_parasite_free(parasite);
        }
    }
}
