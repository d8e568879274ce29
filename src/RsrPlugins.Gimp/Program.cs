// Learned Upscale and Learned Downscale as a GIMP 3 plug-in: one program that speaks to GIMP through GIMP's own libgimp and computes with
// RsrPlugins.Core in the same process. No Python, no .NET to install, no pictures on the disk, and no second process that could be
// left behind when GIMP ends this one, which is how it cancels.
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp;

internal static class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments is ["--check"])
        {
            return SelfCheck.Run();
        }

        NativeLibraries.Register();
        try
        {
            return PlugIn.Serve(arguments);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            Console.Error.WriteLine(
                $"rsr-gimp is a plug-in of GIMP 3 and is started by GIMP. GIMP's libraries do not load here (rsr-gimp --check says more): {exception.Message}"
            );
            return 1;
        }
    }
}
